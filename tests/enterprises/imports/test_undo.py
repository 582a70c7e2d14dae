"""Taking imports back: what was created goes, what was changed returns, what somebody touched since stays and is named."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.enterprises.belongings import BELONGINGS, MergeFate
from app.enterprises.imports import decisions
from app.enterprises.imports.domain import ImportKind, ImportState
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.undo.domain import HOLDERS
from app.enterprises.models import Contact, Enterprise
from app.enterprises.service.editing import change_fields
from app.exchange.feed import FeedReader, read_feed
from app.exchange.plans import province_plans
from app.journal.queries import find_breach
from app.kit.actor import SYSTEM
from app.kit.db import Base, read_scope, session_scope
from app.kit.errors import Conflict
from app.kit.pointers import pointing_at
from app.policies.models import FactStatement
from tests.factories.enterprises import fictional_code
from tests.factories.ledgers import write_ledger
from tests.factories.lists import HEADER, firm_row, firm_rows, write_list
from tests.factories.workbooks import Grid, write_grids
from tests.support.house import HOUSE
from tests.support.imports import NOW, Importer
from tests.support.undo import Undoer, state_of


@pytest.fixture
def undoer(importer: Importer) -> Undoer:
    return Undoer(importer)


def test_an_import_of_new_firms_leaves_nothing(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", firm_rows(2)))
    before = state_of(importer.database)
    taken = importer.take_in(write_list(tmp_path / "b.csv", [firm_row(n) for n in range(1, 6)]))
    assert undoer.undo(taken) == {"firms": 3, "records": 0, "fields": 0, "left": 0}
    assert state_of(importer.database) == before


def test_a_batch_goes_back_in_so_many_statements_whatever_its_size(
    undoer: Undoer, importer: Importer, tmp_path: Path, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """Firms that go, and firms that get their name, former names and tags again: 70 for two of each and for twenty."""
    number = 8
    importer.take_in(write_list(tmp_path / "a.csv", firm_rows(number)))
    before = state_of(importer.database)
    renamed = [firm_row(n, 企业名称=f"园林精密{n}号科技有限公司（示例）") for n in range(1, number + 1)]
    firms = [[*row, f"园林精密{n}号有限公司（示例）、老厂{n}（示例）"] for n, row in enumerate(renamed, start=1)]
    firms += [[*row, ""] for row in firm_rows(number, 100)]
    tags = [[*row[:2], "瞪羚", "2020-12-01"] for row in firms]
    sheets = {
        "企业名单": Grid([[*HEADER, "曾用名"], *firms]),
        "标签": Grid([["企业名称", "统一社会信用代码", "企业标签", "授予日期"], *tags]),
    }
    taken = importer.take_in(write_grids(tmp_path / "b.xlsx", sheets), ImportKind.WORKBOOK)
    undoer.start(taken)
    with count_queries() as seen:
        importer.work()
    with read_scope(importer.database) as session:
        counts = session.get_one(ImportRun, taken).undone_counts
    assert counts == {"firms": number, "records": 2 * number, "fields": number, "left": 0}
    assert state_of(importer.database) == before
    assert len(seen) <= 75, "something is sent for each row"


def test_what_was_changed_returns_and_what_somebody_changed_since_stays(
    undoer: Undoer, importer: Importer, tmp_path: Path
) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", firm_rows(3)))
    before = state_of(importer.database)
    changed = [firm_row(n, 企业名称=f"园林精密{n}号科技有限公司（示例）", 法人代表="李**") for n in (1, 2, 3)]
    named = [[*row, f"园林精密{n}号有限公司（示例）、老厂{n}（示例）"] for n, row in enumerate(changed, start=1)]
    taken = importer.take_in(write_list(tmp_path / "b.csv", named, (*HEADER, "曾用名")))
    assert importer.counts(taken) == {"changed": 3}
    with session_scope(importer.database) as session:
        session.execute(
            update(Enterprise).where(Enterprise.uscc == fictional_code(1)).values(legal_representative="王**")
        )
    result = undoer.undo(taken)
    assert (result["firms"], result["left"]) == (0, 1)
    assert undoer.left(taken) == [("firm", "legal_representative", "changed", ())]
    assert importer.firm(fictional_code(1)).legal_representative == "王**"
    with session_scope(importer.database) as session:
        session.execute(
            update(Enterprise).where(Enterprise.uscc == fictional_code(1)).values(legal_representative="张**")
        )
    assert state_of(importer.database) == before


def test_a_whole_workbook_goes_with_all_its_records(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    before = state_of(importer.database)
    taken = importer.take_in(write_ledger(tmp_path / "台账.xlsx"), ImportKind.WORKBOOK)
    assert undoer.undo(taken) == {"firms": 2, "records": 6, "fields": 0, "left": 0}
    assert state_of(importer.database) == before


def test_what_is_used_stays_and_says_by_what(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    taken = importer.take_in(write_list(tmp_path / "a.csv", firm_rows(3)))
    with session_scope(importer.database) as session:
        owner = importer.firm(fictional_code(2)).id
        said = {
            "fact_code": "staff_total",
            "year": 2020,
            "value": 12,
            "stated_on": NOW.date(),
            "source": "电话（示例）",
        }
        session.add(
            FactStatement(enterprise_id=owner, created_at=NOW, actor_kind="officer", actor_name="李晓（示例）", **said)
        )
        session.add(Contact(enterprise_id=importer.firm(fictional_code(3)).id, name="周某（示例）"))
    assert undoer.undo(taken) == {"firms": 1, "records": 0, "fields": 0, "left": 2}
    assert undoer.left(taken) == [("firm", "", "used", ("fact_statement",)), ("firm", "", "used", ("contact",))]


def test_imports_are_taken_back_one_after_the_other(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    before = state_of(importer.database)
    first = importer.take_in(write_list(tmp_path / "a.csv", firm_rows(2)))
    between = state_of(importer.database)
    second = importer.take_in(write_list(tmp_path / "b.csv", [firm_row(n, 法人代表="李**") for n in (1, 2)]))
    undoer.undo(second)
    assert state_of(importer.database) == between
    undoer.undo(first)
    assert state_of(importer.database) == before


def test_an_import_is_taken_back_once_and_within_30_days(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    late = importer.take_in(write_list(tmp_path / "a.csv", firm_rows(1)))
    with pytest.raises(Conflict, match="30 天"):
        undoer.start(late, days=31)
    undoer.undo(late, days=30)
    with pytest.raises(Conflict, match="已经撤销"):
        undoer.start(late)
    with read_scope(importer.database) as session:
        run = session.get_one(ImportRun, late)
        assert (run.undone_by, run.state) == ("system", ImportState.UNDONE)
        assert find_breach(session) is None


def test_the_number_of_a_firm_that_went_is_not_given_again(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    taken = importer.take_in(write_list(tmp_path / "a.csv", firm_rows(2)))
    numbers = {importer.firm(fictional_code(n)).id for n in (1, 2)}
    undoer.undo(taken)
    for size in (1, 25):
        importer.take_in(write_list(tmp_path / f"{size}.csv", firm_rows(size)))
    with read_scope(importer.database) as session:
        assert not numbers & set(session.scalars(select(Enterprise.id)))


def test_followers_of_the_feed_hear_that_firms_and_figures_went(
    undoer: Undoer, importer: Importer, tmp_path: Path
) -> None:
    taken = importer.take_in(write_ledger(tmp_path / "台账.xlsx"), ImportKind.WORKBOOK)
    plans = province_plans()
    wanted = {name: plans[name] for name in ("enterprises", "figures")}
    with read_scope(importer.database) as session:
        page = read_feed(session, wanted, FeedReader("429005"), after=0, limit=500)
        held = {(item.plan.resource, item.key) for item in page.items if item.record is not None}
    assert len(held) == 5
    undoer.undo(taken)
    with read_scope(importer.database) as session:
        found = read_feed(session, wanted, FeedReader("429005"), after=page.next, limit=500)
    buried = {(item.plan.resource, item.key) for item in found.items if item.record is None}
    assert buried == held and all(item.record is None for item in found.items)


def test_a_decision_about_a_row_goes_back_with_its_import(undoer: Undoer, importer: Importer, tmp_path: Path) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", firm_rows(1)))
    with session_scope(importer.database) as session:
        firm = session.scalars(select(Enterprise)).one()
        change_fields(session, actor=SYSTEM, enterprise=firm, values={"legal_representative": "王**"}, now=NOW)
    taken = importer.take_in(write_list(tmp_path / "b.csv", [firm_row(1, 法人代表="李**")]))
    with session_scope(importer.database) as session:
        run = session.get_one(ImportRun, taken)
        (row,) = session.scalars(select(ImportRow).where(ImportRow.run_id == taken))
        decisions.choose(decisions.Deciding(session, SYSTEM, run, row, NOW), "legal_representative", "theirs")
    assert importer.firm(fictional_code(1)).legal_representative == "李**"
    undoer.undo(taken)
    firm = importer.firm(fictional_code(1))
    assert firm.legal_representative == "王**" and "legal_representative" in firm.edited_fields
    with session_scope(importer.database) as session:
        run, row = session.get_one(ImportRun, taken), session.get_one(ImportRow, row.id)
        desk = decisions.Deciding(session, SYSTEM, run, row, NOW)
        with pytest.raises(Conflict):
            decisions.undo(desk, "legal_representative")


def test_every_register_can_be_taken_back_and_every_holder_has_a_name() -> None:
    assert not [code for code, register in registers_of(HOUSE).items() if register.reversal is None]
    own = {each.table.name for each in HOUSE.of(BELONGINGS) if each.fate is MergeFate.COMPUTED} | {"former_name"}
    reversals = {register.reversal for register in registers_of(HOUSE).values() if register.reversal}
    holders = {
        table.name
        for reversal in reversals
        for table, _column in pointing_at(HOUSE, Base.metadata.tables[reversal.model.__tablename__])
    }
    assert not holders - own - HOLDERS.keys()
