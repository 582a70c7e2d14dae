"""Rows that only have a name which no one firm bears: firms are proposed, a person takes one, the next list finds it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.enterprises.imports.decisions import Deciding, confirm, refuse, reopen
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.lists import IMPORT_ROWS, ImportRowFilter
from app.enterprises.imports.models import ImportRun, KnownName
from app.enterprises.imports.proposals.known_names import forget_name
from app.enterprises.imports.proposals.service import take_firm
from app.enterprises.imports.queries import get_row
from app.enterprises.imports.row_groups.domain import read_ahead
from app.enterprises.imports.staging import preview, sheets_of
from app.enterprises.imports.undo.service import start_undo
from app.enterprises.models import Enterprise, IntellectualProperty, YearlyFigures
from app.journal.models import JournalEvent
from app.kit.actor import Actor
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, Invalid
from app.kit.lists.viewer import Viewer
from app.kit.tabular import open_table
from tests.enterprises.imports.test_row_groups import LI, WANG, groups, ordered, result_of
from tests.factories.enterprises import fictional_code, firm
from tests.factories.workbooks import Cell, Grid, write_grids
from tests.support.imports import NOW, Importer
from tests.support.merges import merged
from tests.support.queries import counted_queries

BOOK = ImportKind.WORKBOOK
BASES = {
    1: "潜江市鸿泰精密机械有限公司",
    2: "潜江市楚盛水产食品有限公司",
    3: "潜江市曹禺文化传播有限公司",
    4: "仙桃市曹禺文化传播有限公司",
}
NAMES = {number: f"{name}（示例）" for number, name in BASES.items()}
#: How a list writes them: another legal form, the place left out, a sign read wrongly, both towns' firm without its town, nobody at all.
WRITTEN = [
    "潜江市鸿泰精密机械有限责任公司",
    "楚盛水产食品有限公司",
    "潜江市曹寓文化传播有限公司",
    "襄阳市楚云航天科技有限公司",
]


@pytest.fixture
def register(database: Database) -> dict[int, int]:
    """Three firms of the county and one of another; their ids."""
    with session_scope(database) as session:
        found = {
            number: firm(
                session,
                uscc=fictional_code(number),
                name=name,
                region_code="429004001" if number == 4 else "429005001",
                legal_representative="张示例",
            )
            for number, name in BASES.items()
        }
        session.flush()
        return {number: each.id for number, each in found.items()}


@pytest.fixture
def figures(importer: Importer, tmp_path: Path) -> Callable[[Sequence[str]], int]:
    """`figures(names)`: a list of turnovers by name alone is taken in; returns its id."""

    def take_in(names: Sequence[str]) -> int:
        rows: list[list[Cell]] = [["企业名称", "2020年营业收入（万元）"]]
        rows += [[name, 100 + at] for at, name in enumerate(names)]
        return importer.take_in(write_grids(tmp_path / "收入.xlsx", {"年度数据": Grid(rows)}), BOOK, actor=WANG)

    return take_in


def desk_of(session: Session, import_id: int, number: int, actor: Actor = WANG) -> Deciding:
    run = session.get_one(ImportRun, import_id)
    return Deciding(session, actor, run, get_row(session, run, 0, number, lock=True), NOW)


def take(
    database: Database, import_id: int, number: int, uscc: str, *, actor: Actor = WANG, remember: bool = False
) -> None:
    with session_scope(database) as session:
        take_firm(desk_of(session, import_id, number, actor), uscc, remember=remember)


def test_rows_are_handed_back_with_the_firms_that_they_may_mean(
    importer: Importer, database: Database, register: dict[int, int], figures: Callable[[Sequence[str]], int]
) -> None:
    import_id = figures(WRITTEN)
    assert importer.counts(import_id) == {"rejected": 4}
    rows = importer.rows(import_id)
    assert [row.main_reason for row in rows] == ["name.proposed"] * 3 + ["name.unknown"]
    assert [row.proposals[0]["uscc"] for row in rows[:3]] == [fictional_code(number) for number in (1, 2, 3)]
    assert all(row.reasons[0]["code"] == "name.unknown" for row in rows)
    assert rows[2].proposals[0]["observed"]["name"] == "same-sound" and rows[3].proposals == []
    with read_scope(database) as session:
        waiting = IMPORT_ROWS.count(Viewer(session, WANG, NOW.date()), ImportRowFilter(waiting=True))
        assert waiting.n == 3
    for text in ("name.unknown=take", "name.proposed=proposed", "name.proposed=leave"):
        with pytest.raises(Invalid):
            read_ahead([text])


def test_a_person_takes_a_row_for_a_firm_and_all_follows_as_always(
    importer: Importer, database: Database, register: dict[int, int], figures: Callable[[Sequence[str]], int]
) -> None:
    import_id = figures(WRITTEN)
    take(database, import_id, 2, fictional_code(1))
    (row, *_others) = importer.rows(import_id)
    assert (row.decision, row.decided_by, row.note) == ("confirmed", WANG.name, NAMES[1])
    assert row.target_id == register[1] and row.key.startswith(fictional_code(1))
    with read_scope(database) as session:
        assert session.get_one(Enterprise, register[1]).name == NAMES[1]
        (kept,) = session.scalars(select(YearlyFigures)).all()
        assert (kept.enterprise_id, kept.year, kept.sales_revenue_fen) == (register[1], 2020, 100_000_000)
        told = session.scalars(select(JournalEvent).where(JournalEvent.type == "import.firm_chosen")).one()
        assert told.data["told"] == WRITTEN[0] and told.data["uscc"] == fictional_code(1)
        assert session.get_one(ImportRun, import_id).written == 1
    with pytest.raises(Conflict):  # another officer, who had the same page open
        take(database, import_id, 2, fictional_code(2), actor=LI)
    with pytest.raises(Conflict):
        left(database, import_id)
    undone(importer, database, import_id)
    with read_scope(database) as session:
        assert session.scalars(select(YearlyFigures.id)).all() == []


def merge(session: Session, survivor: int, loser: int) -> None:
    merged(session, session.get_one(Enterprise, survivor), session.get_one(Enterprise, loser))


def left(database: Database, import_id: int, number: int = 2) -> None:
    with session_scope(database) as session:
        refuse(desk_of(session, import_id, number), "")


def undone(importer: Importer, database: Database, import_id: int) -> None:
    with session_scope(database) as session:
        start_undo(session, actor=WANG, run=session.get_one(ImportRun, import_id), now=NOW)
    importer.work()


def test_a_row_left_out_may_be_taken_up_again(
    importer: Importer, database: Database, register: dict[int, int], figures: Callable[[Sequence[str]], int]
) -> None:
    import_id = figures(WRITTEN[:1])
    left(database, import_id)
    with pytest.raises(Conflict):
        take(database, import_id, 2, fictional_code(1))
    with session_scope(database) as session:
        reopen(desk_of(session, import_id, 2))
    take(database, import_id, 2, fictional_code(1))


def test_what_differs_or_is_doubtful_besides_is_asked_about_next(
    importer: Importer, database: Database, register: dict[int, int], tmp_path: Path
) -> None:
    """A list of firms: the address was edited here, the name on file stays; a list of patents: a number fails its check."""
    with session_scope(database) as session:
        marks = {"address": {"at": NOW.isoformat(), "by": "李（示例）"}}
        session.execute(update(Enterprise).values(address="园林大道9号", edited_fields=marks))
    grids = {
        "企业名单": Grid([["企业名称", "统一社会信用代码", "注册地址"], [WRITTEN[0], "", "章华路1号"]]),
        "知识产权": Grid(
            [
                ["企业名称", "知识产权名称", "知识产权类别", "专利号", "授权日期"],
                [WRITTEN[1], "水产加工机", "发明专利", "ZL201810000001.0", "2020-01-07"],
            ]
        ),
    }
    import_id = importer.take_in(write_grids(tmp_path / "名单.xlsx", grids), BOOK, actor=WANG)
    assert importer.counts(import_id) == {"rejected": 2}
    of_firm, of_patent = importer.rows(import_id)
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        for row, number in ((of_firm, 1), (of_patent, 2)):
            kept = get_row(session, run, row.sheet, row.row_number)
            take_firm(Deciding(session, WANG, run, kept, NOW), fictional_code(number))
    of_firm, of_patent = importer.rows(import_id)
    assert (of_firm.outcome, set(of_firm.differences), of_firm.decision) == ("differs", {"address"}, "")
    assert (of_patent.outcome, of_patent.main_reason, of_patent.decision) == ("queued", "property.check", "")
    assert importer.counts(import_id) == {"differs": 1, "queued": 1}
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        confirm(Deciding(session, WANG, run, get_row(session, run, of_patent.sheet, 2), NOW), "已核对专利证书")
    with read_scope(database) as session:
        assert session.get_one(Enterprise, register[1]).name == NAMES[1]
        owner = session.scalars(select(IntellectualProperty.enterprise_id)).one()
        assert owner == register[2]


def test_firms_that_cannot_be_meant_are_refused(
    importer: Importer, database: Database, register: dict[int, int], figures: Callable[[Sequence[str]], int]
) -> None:
    import_id = figures(WRITTEN[:3])
    with session_scope(database) as session:
        session.execute(update(Enterprise).where(Enterprise.id == register[2]).values(disabled_on=NOW.date()))
        merge(session, register[1], register[3])
    for code in ("", "胡言乱语", fictional_code(4), fictional_code(9), fictional_code(2)):
        with pytest.raises(Invalid):
            take(database, import_id, 3, code)
    take(database, import_id, 4, fictional_code(3))
    assert importer.rows(import_id)[2].target_id == register[1]  # what it was merged into since
    report = result_of(database, ordered_and_done(importer, database, import_id, [2, 3]))
    assert (report.decided, report.refused) == (1, 1) and "已停用" in report.told[0].text


def ordered_and_done(importer: Importer, database: Database, import_id: int, numbers: list[int]) -> int:
    ids = tuple(row.id for row in importer.rows(import_id) if row.row_number in numbers)
    job = ordered(database, import_id, {"name.proposed": "proposed"}, ids=ids)
    importer.work()
    return job


def test_pairs_that_were_seen_are_taken_together(
    importer: Importer, database: Database, register: dict[int, int], figures: Callable[[Sequence[str]], int]
) -> None:
    import_id = figures(WRITTEN)
    assert groups(database, import_id, "rejected") == {"name.proposed": (3, 3), "name.unknown": (1, 1)}
    with pytest.raises(Invalid):  # nobody has seen them
        ordered(database, import_id, {"name.proposed": "proposed"}, outcome="rejected")
    with pytest.raises(Invalid):
        ordered(database, import_id, {"name.unknown": "proposed"}, outcome="rejected")
    report = result_of(database, ordered_and_done(importer, database, import_id, [2, 3, 4]))
    assert (report.decided, report.refused) == (3, 0)
    assert [row.target_id for row in importer.rows(import_id)] == [register[1], register[2], register[3], None]
    report = result_of(database, ordered_and_done(importer, database, import_id, [2]))
    assert (report.decided, report.refused) == (0, 1) and "已经决定了" in report.told[0].text


def test_a_name_is_kept_for_its_firm_follows_a_merge_and_is_forgotten(
    importer: Importer, database: Database, register: dict[int, int], figures: Callable[[Sequence[str]], int]
) -> None:
    first = figures(WRITTEN[:2])
    take(database, first, 2, fictional_code(1), remember=True)
    take(database, first, 3, fictional_code(2), remember=True)
    again = figures(WRITTEN[:2])
    assert importer.counts(again) == {"unchanged": 2}
    with session_scope(database) as session:
        kept = session.scalars(select(KnownName).order_by(KnownName.id)).all()
        assert [(each.name, each.enterprise_id, each.by_name) for each in kept] == [
            (WRITTEN[0], register[1], WANG.name),
            (WRITTEN[1], register[2], WANG.name),
        ]
        merge(session, register[3], register[1])
    assert figures_of(importer, figures, WRITTEN[:1]) == [register[3]]
    with session_scope(database) as session:
        forget_name(desk_of(session, first, 2))
    assert figures_of(importer, figures, WRITTEN[:1]) == [None]
    undone(importer, database, first)
    with read_scope(database) as session:
        assert session.scalars(select(KnownName.id)).all() == []
        types = session.scalars(select(JournalEvent.type).where(JournalEvent.type.startswith("enterprise.known_name")))
        assert sorted(types) == ["enterprise.known_name_forgotten"] * 2 + ["enterprise.known_name_kept"] * 2


def figures_of(importer: Importer, figures: Callable[[Sequence[str]], int], names: Sequence[str]) -> list[int | None]:
    return [row.target_id for row in importer.rows(figures(names))]


def test_several_bearers_of_a_name_are_all_proposed_and_the_preview_tells_it(
    importer: Importer, database: Database, register: dict[int, int], tmp_path: Path
) -> None:
    with session_scope(database) as session:
        firm(session, uscc=fictional_code(5), name=BASES[1], region_code="429005002")
    path = write_grids(
        tmp_path / "收入.xlsx",
        {"年度数据": Grid([["企业名称", "2020年营业收入（万元）"], [NAMES[1], 5], [WRITTEN[1], 6]])},
    )
    import_id = importer.upload(path, BOOK, actor=WANG)
    with read_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        found = preview(session, actor=WANG, run=run, table=open_table(path), sheet=sheets_of(session, run)[0], now=NOW)
        told = [[reason.code for reason in result.reasons] for result in found.results]
        assert told == [["name.ambiguous", "name.may_be", "name.may_be"], ["name.unknown", "name.may_be"]]
        assert NAMES[2] in str(found.results[1].reasons[1])
    importer.start(import_id, actor=WANG)
    importer.work()
    both, _one = importer.rows(import_id)
    assert both.main_reason == "name.proposals"
    assert {each["uscc"] for each in both.proposals} == {fictional_code(1), fictional_code(5)}


def test_the_statements_do_not_grow_with_the_rows(
    importer: Importer, database: Database, figures: Callable[[Sequence[str]], int]
) -> None:
    with session_scope(database) as session:
        for number in range(40):
            firm(session, uscc=fictional_code(number), name=f"{_name(number)}有限公司", region_code="429005001")
    figures(["没有的企业"])  # what is read once

    def sent(numbers: range) -> tuple[int, int]:
        with counted_queries() as statements:
            import_id = figures([f"{_name(number)}有限责任公司" for number in numbers])
        assert {row.main_reason for row in importer.rows(import_id)} == {"name.proposed"}
        with counted_queries() as order:
            ordered_and_done(importer, database, import_id, [number + 2 for number in range(len(numbers))])
        assert {row.decision for row in importer.rows(import_id)} == {"confirmed"}
        return len(statements), len(order)

    sent(range(1))
    few, many = sent(range(1, 11)), sent(range(11, 40))
    assert many[0] - few[0] <= 2 and many[1] - few[1] <= 2, (few, many)


def _name(number: int) -> str:
    return f"潜江市{''.join(chr(0x4E10 + 131 * number + 1_711 * at) for at in range(3))}精密机械"
