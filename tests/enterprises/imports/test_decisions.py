"""What a person decides: codes confirmed or refused, ours kept or theirs taken, and undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.enterprises.imports.decisions import OURS, THEIRS, Deciding, choose, confirm, refuse, reopen, undo
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.lists import IMPORT_ROWS, ImportRowFilter
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.queries import get_row, get_run_visible_to
from app.enterprises.models import Enterprise, FormerName, YearlyFigures
from app.journal.models import JournalEvent
from app.kit.actor import Actor, ActorKind, Role
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.factories.enterprises import fictional_code, firm, wrong_code
from tests.factories.lists import firm_row, write_list
from tests.support.imports import NOW, Importer

OFFICER = Actor(ActorKind.OFFICER, 1, "李晓（示例）", Role.CASEWORKER, "429005")
LEADER = Actor(ActorKind.OFFICER, 2, "周平（示例）", Role.LEADER, "429005")


@contextmanager
def desk(database: Database, import_id: int, number: int = 2, actor: Actor = OFFICER) -> Iterator[Deciding]:
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        yield Deciding(session, actor, run, get_row(session, run, 0, number, lock=True), NOW)


def events(database: Database, type: str) -> list[JournalEvent]:
    with read_scope(database) as session:
        return list(session.scalars(select(JournalEvent).where(JournalEvent.type == type)))


@pytest.fixture
def queued(importer: Importer, tmp_path: Path) -> int:
    row = firm_row(3, 统一社会信用代码=wrong_code(3), 注册日期="2021-02-30")
    return importer.take_in(write_list(tmp_path / "queued.csv", [row]), actor=OFFICER)


@pytest.fixture
def differing(importer: Importer, database: Database, tmp_path: Path) -> int:
    importer.take_in(write_list(tmp_path / "first.csv", [firm_row(1)]))
    edited = {name: {"at": NOW.isoformat(), "by": "李晓（示例）"} for name in ("address", "capital_fen")}
    values = {"address": "园林大道9号", "capital_fen": 600_000_000, "capital_text": "", "edited_fields": edited}
    with session_scope(database) as session:
        session.execute(update(Enterprise).values(**values))
    return importer.take_in(write_list(tmp_path / "second.csv", [firm_row(1)]), actor=OFFICER)


def test_a_confirmed_code_is_taken_in_with_its_reason(importer: Importer, database: Database, queued: int) -> None:
    with desk(database, queued) as at:
        confirm(at, " 已核对营业执照原件 ")
    firm = importer.firm(wrong_code(3))
    assert (firm.uscc_confirmed, firm.uscc_note) == (True, "已核对营业执照原件")
    assert firm.unread_cells == {"registered_on": "2021-02-30"}
    (row,) = importer.rows(queued)
    assert (row.decision, row.target_id, row.decided_by) == ("confirmed", firm.id, OFFICER.name)
    assert len(events(database, "enterprise.imported")) == 1
    with pytest.raises(Conflict), desk(database, queued) as at:
        confirm(at, "再来一次")


def test_a_confirmation_needs_a_reason_and_the_right(importer: Importer, database: Database, queued: int) -> None:
    with pytest.raises(Invalid), desk(database, queued) as at:
        confirm(at, "  ")
    with pytest.raises(Forbidden), desk(database, queued, actor=LEADER) as at:
        confirm(at, "已核对")
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 0


def test_a_change_of_name_is_confirmed_with_its_reason(
    importer: Importer, database: Database, differing: int, tmp_path: Path
) -> None:
    row = firm_row(1, 企业名称="泽口渔业合作社（示例）", 法人代表="李**")
    waiting = importer.take_in(write_list(tmp_path / "third.csv", [row]), actor=OFFICER)
    assert importer.counts(waiting) == {"queued": 1}
    with desk(database, waiting) as at:
        confirm(at, "已核对变更登记")
    firm = importer.firm(fictional_code(1))
    assert (firm.name, firm.legal_representative, firm.address) == ("泽口渔业合作社（示例）", "李**", "园林大道9号")
    with read_scope(database) as session:
        assert session.scalars(select(FormerName.name)).all() == ["园林精密1号有限公司（示例）"]
    (kept,) = importer.rows(waiting)
    assert (kept.outcome, kept.decision) == ("differs", "")
    assert set(kept.differences) == {"address", "capital_fen"}
    assert importer.counts(waiting) == {"differs": 1}
    with desk(database, waiting) as at:
        choose(at, "address", THEIRS)
    assert importer.firm(fictional_code(1)).address == "潜江市园林办事处示例路1号"


def test_a_refused_row_is_remembered_and_can_be_reopened(
    importer: Importer, database: Database, queued: int, tmp_path: Path
) -> None:
    with desk(database, queued) as at:
        refuse(at, "代码抄错")
    with read_scope(database) as session:
        assert IMPORT_ROWS.count(Viewer(session, OFFICER, date.max), ImportRowFilter(waiting=True)).n == 0
    again = importer.take_in(tmp_path / "queued.csv", actor=OFFICER)
    (row,) = importer.rows(again)
    assert [reason["code"] for reason in row.reasons] == ["uscc", "refused.before", "day.invalid"]
    with desk(database, queued) as at:
        reopen(at)
    with pytest.raises(Conflict), desk(database, queued) as at:
        reopen(at)
    assert len(events(database, "import.row_refused")) == 1
    assert len(events(database, "import.decision_undone")) == 1


def test_one_click_takes_theirs_and_one_undoes_it(importer: Importer, database: Database, differing: int) -> None:
    for field, ours, theirs in (
        ("address", "园林大道9号", "潜江市园林办事处示例路1号"),
        ("capital_fen", 600_000_000, 2_000_000),
    ):
        with desk(database, differing) as at:
            choose(at, field, THEIRS)
        firm = importer.firm(fictional_code(1))
        assert getattr(firm, field) == theirs and field not in firm.edited_fields
        with desk(database, differing) as at:
            undo(at, field)
        firm = importer.firm(fictional_code(1))
        assert getattr(firm, field) == ours and field in firm.edited_fields
    assert firm.capital_key == 600_000_000
    assert len(events(database, "enterprise.difference_taken")) == 2
    assert len(events(database, "enterprise.difference_undone")) == 2
    (row,) = importer.rows(differing)
    assert (row.decision, row.choices) == ("", {})


def test_ours_is_kept_and_the_row_is_settled_with_its_last_difference(
    importer: Importer, database: Database, differing: int
) -> None:
    with desk(database, differing) as at:
        choose(at, "address", OURS)
        assert at.row.decision == ""
        choose(at, "capital_fen", THEIRS)
        assert at.row.decision == "settled"
    assert importer.firm(fictional_code(1)).address == "园林大道9号"
    with pytest.raises(Conflict), desk(database, differing) as at:
        choose(at, "address", THEIRS)
    with desk(database, differing) as at:
        undo(at, "address")
    (row,) = importer.rows(differing)
    assert (row.decision, set(row.choices)) == ("", {"capital_fen"})


def test_what_changed_since_is_not_overwritten(importer: Importer, database: Database, differing: int) -> None:
    with session_scope(database) as session:
        session.execute(update(Enterprise).values(address="别处"))
    with pytest.raises(Conflict), desk(database, differing) as at:
        choose(at, "address", THEIRS)
    assert importer.firm(fictional_code(1)).address == "别处"
    for field, choice in (("name", THEIRS), ("address", "both")):
        with pytest.raises(NotFound), desk(database, differing) as at:
            choose(at, field, choice)


def test_taken_values_follow_the_next_list(
    importer: Importer, database: Database, differing: int, tmp_path: Path
) -> None:
    with desk(database, differing) as at:
        choose(at, "address", THEIRS)
    rows = [firm_row(1, 注册地址="潜江市园林办事处示例路77号")]
    importer.take_in(write_list(tmp_path / "third.csv", rows), actor=OFFICER)
    assert importer.firm(fictional_code(1)).address == "潜江市园林办事处示例路77号"


def test_a_figure_is_taken_and_given_back(importer: Importer, database: Database, tmp_path: Path) -> None:
    with session_scope(database) as session:
        holder = firm(session, uscc=fictional_code(5))
        session.add(
            YearlyFigures(
                enterprise_id=holder.id,
                year=2020,
                basis="HTE",
                source="special_audit",
                sales_revenue_fen=7,
                updated_at=NOW,
            )
        )
    header = ("统一社会信用代码", "年度", "口径", "来源", "销售收入（元）")
    path = write_list(tmp_path / "f.csv", [[fictional_code(5), "2020", "高企", "专项审计报告", "8"]], header)
    import_id = importer.take_in(path, ImportKind.FIGURES, actor=OFFICER)
    with desk(database, import_id) as at:
        choose(at, "figures.sales_revenue_fen", THEIRS)
    assert revenue(database) == 800
    with desk(database, import_id) as at:
        undo(at, "figures.sales_revenue_fen")
    assert revenue(database) == 7
    assert importer.counts(importer.take_in(path, ImportKind.FIGURES, actor=OFFICER)) == {"differs": 1}


def revenue(database: Database) -> int | None:
    with read_scope(database) as session:
        return session.scalars(select(YearlyFigures.sales_revenue_fen)).one()


def test_an_import_of_another_region_is_not_to_be_seen(database: Database, queued: int) -> None:
    elsewhere = Actor(ActorKind.OFFICER, 3, "何青（示例）", Role.CASEWORKER, "420112")
    with read_scope(database) as session:
        with pytest.raises(NotFound):
            get_run_visible_to(session, elsewhere, queued)
        assert IMPORT_ROWS.count(Viewer(session, elsewhere, date.max), ImportRowFilter(waiting=True)).n == 0
        assert IMPORT_ROWS.count(Viewer(session, OFFICER, date.max), ImportRowFilter(waiting=True)).n == 1


def test_a_firm_registered_meanwhile_is_not_taken_in_twice(database: Database, queued: int) -> None:
    with session_scope(database) as session:
        firm(session, uscc=wrong_code(3))
    with pytest.raises(DomainError), desk(database, queued) as at:
        confirm(at, "已核对")
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 1
        assert session.scalars(select(ImportRow.decision)).all() == [""]
