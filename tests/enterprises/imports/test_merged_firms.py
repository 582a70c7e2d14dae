"""Merges and imports: a list that names the firm that went reaches the one that stayed; an import about either can be taken back."""

from pathlib import Path

from sqlalchemy import select

from app.enterprises.imports.domain import ImportKind
from app.enterprises.merges.undo import find_collided, get_merge, undo_merge
from app.enterprises.models import Contact, Enterprise
from app.kit.actor import SYSTEM
from app.kit.db import session_scope
from tests.factories.enterprises import fictional_code
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import NOW, Importer
from tests.support.merges import merged
from tests.support.undo import Undoer


def test_an_import_about_a_firm_that_was_merged_since_is_taken_back(importer: Importer, tmp_path: Path) -> None:
    head, name = ["企业名称", "统一社会信用代码"], "园林精密{}号有限公司（示例）"
    codes = [fictional_code(number) for number in (1, 2)]
    firms = Grid([head, *([name.format(n), code] for n, code in enumerate(codes, 1))])
    importer.take_in(write_grids(tmp_path / "a.xlsx", {"企业名单": firms}), ImportKind.WORKBOOK)
    people = Grid([[*head, "联系人", "联系电话"], [name.format(2), codes[1], "周某（示例）", "10012345678"]])
    taken = importer.take_in(write_grids(tmp_path / "b.xlsx", {"联系人": people}), ImportKind.WORKBOOK)
    with session_scope(importer.database) as session:
        mine, other = session.scalars(select(Enterprise).order_by(Enterprise.id))
        merge, stays = merged(session, mine, other).id, mine.id
    again = Grid([[*head, "联系人", "联系电话"], [name.format(2), codes[1], "吴某（示例）", "10012345679"]])
    importer.take_in(write_grids(tmp_path / "c.xlsx", {"联系人": again}), ImportKind.WORKBOOK)
    with session_scope(importer.database) as session:
        assert {row.enterprise_id for row in session.scalars(select(Contact))} == {stays}
    assert Undoer(importer).undo(taken) == {"firms": 0, "records": 1, "fields": 0, "left": 0}
    with session_scope(importer.database) as session:
        assert session.scalars(select(Contact.name)).one().startswith("吴")
        (gone,) = find_collided(session, get_merge(session, merge))
        assert "移除" in gone.text
        undo_merge(session, actor=SYSTEM, now=NOW, merge_id=merge, accept=True)


def test_a_list_of_firms_that_names_a_merged_one_tells_of_the_one_that_stays(
    importer: Importer, tmp_path: Path
) -> None:
    head, name = ["企业名称", "统一社会信用代码", "网址"], "园林精密{}号有限公司（示例）"
    codes = [fictional_code(number) for number in (1, 2)]
    firms = Grid([head, *([name.format(n), code, ""] for n, code in enumerate(codes, 1))])
    importer.take_in(write_grids(tmp_path / "a.xlsx", {"企业名单": firms}), ImportKind.WORKBOOK)
    with session_scope(importer.database) as session:
        merged(session, *session.scalars(select(Enterprise).order_by(Enterprise.id)))
    told = ((name.format(2), "https://two.example"), ("城北新设农机有限公司（示例）", ""))
    for (called, website), outcome in zip(told, ("changed", "queued"), strict=True):
        path = write_grids(tmp_path / f"{outcome}.xlsx", {"企业名单": Grid([head, [called, codes[1], website]])})
        assert importer.counts(importer.take_in(path, ImportKind.WORKBOOK)) == {outcome: 1}
    with session_scope(importer.database) as session:
        mine, other = session.scalars(select(Enterprise).order_by(Enterprise.id))
        assert (mine.name, mine.uscc, mine.website) == (name.format(1), codes[0], "https://two.example")
        assert (other.uscc, other.website, other.merged_into_id) == (codes[1], "", mine.id)
