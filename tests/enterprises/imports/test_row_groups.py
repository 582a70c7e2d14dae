"""Many rows that wait, decided at once: by reason, by one order or beforehand; what must be looked at stays row by row."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.enterprises.imports.decisions import Deciding, refuse
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.queries import get_row
from app.enterprises.imports.row_groups.domain import check_choice, main_reason, read_ahead
from app.enterprises.imports.row_groups.orders import OrderResult, place_order, say_ahead
from app.enterprises.imports.row_groups.queries import ChosenRows, last_id, list_groups, rows_of_outcome
from app.enterprises.models import Enterprise
from app.jobs.models import Job
from app.journal.models import JournalEvent
from app.kit.actor import Actor, ActorKind, Role
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.i18n import use_locale
from tests.factories.enterprises import fictional_code, wrong_code
from tests.factories.lists import firm_row, write_list
from tests.support.imports import NOW, Importer
from tests.support.queries import counted_queries

WANG = Actor(ActorKind.OFFICER, 1, "王（示例）", Role.CASEWORKER, "429005")
LI = Actor(ActorKind.OFFICER, 2, "李（示例）", Role.CASEWORKER, "429005")


def ordered(
    database: Database,
    import_id: int,
    choices: dict[str, str],
    *,
    ids: tuple[int, ...] = (),
    actor: Actor = WANG,
    **of: Any,
) -> int:
    """Place an order; returns its job."""
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        chosen = ChosenRows(ids=ids) if ids else ChosenRows(until=last_id(session, run), **of)
        return place_order(
            session, actor=actor, run=run, chosen=chosen, choices=choices, note="已核对（示例）", now=NOW
        ).id


def result_of(database: Database, job_id: int) -> OrderResult:
    with read_scope(database) as session:
        return OrderResult.of(session.get_one(Job, job_id).result)


def groups(database: Database, import_id: int, outcome: str) -> dict[str, tuple[int, int]]:
    with read_scope(database) as session:
        found = list_groups(session, rows_of_outcome(session.get_one(ImportRun, import_id), outcome, None))
    return {group.code: (group.rows, group.undecided) for group in found}


def decisions(importer: Importer, import_id: int) -> Counter[tuple[str, str]]:
    return Counter((row.main_reason, row.decision) for row in importer.rows(import_id) if row.main_reason)


@pytest.fixture
def edited(importer: Importer, database: Database, tmp_path: Path) -> Callable[[int], int]:
    """`edited(n)`: an import whose first n firms differ from what was edited here; returns its id."""

    def take_in(number: int) -> int:
        rows = [firm_row(each) for each in range(1, number + 1)]
        importer.take_in(write_list(tmp_path / "first.csv", rows))
        marks = {"address": {"at": NOW.isoformat(), "by": "李（示例）"}}
        with session_scope(database) as session:
            session.execute(update(Enterprise).values(address="园林大道9号", edited_fields=marks))
        return importer.take_in(write_list(tmp_path / "second.csv", rows), actor=WANG)

    return take_in


@pytest.fixture
def waiting(importer: Importer, tmp_path: Path) -> int:
    """Two codes that fail their check, and a name that contradicts its code."""
    importer.take_in(write_list(tmp_path / "on_file.csv", [firm_row(9)]))
    rows = [firm_row(each, 统一社会信用代码=wrong_code(each)) for each in (3, 4)]
    rows += [firm_row(9, 企业名称="泽口渔业合作社（示例）")]
    return importer.take_in(write_list(tmp_path / "waiting.csv", rows), actor=WANG)


def test_rows_are_grouped_and_decided_by_reason(importer: Importer, database: Database, waiting: int) -> None:
    assert groups(database, waiting, "queued") == {"uscc": (2, 2), "name.differs": (1, 1)}
    job = ordered(database, waiting, {"uscc": "take", "name.differs": "leave"}, outcome="queued")
    importer.work()
    assert result_of(database, job) == OrderResult(3)
    assert decisions(importer, waiting) == {("uscc", "confirmed"): 2, ("name.differs", "refused"): 1}
    assert {row.decided_by for row in importer.rows(waiting)} == {WANG.name}
    firm = importer.firm(wrong_code(3))
    assert (firm.uscc_confirmed, firm.uscc_note) == (True, "已核对（示例）")

    job = ordered(
        database, waiting, {"name.differs": "undo", "uscc": "undo"}, ids=tuple(row.id for row in importer.rows(waiting))
    )
    importer.work()
    told = result_of(database, job)
    assert (told.decided, told.refused) == (1, 2) and "撤销导入" in told.told[0].text
    assert told.told[0].text_en.startswith("This row was taken in")
    assert groups(database, waiting, "queued") == {"uscc": (2, 0), "name.differs": (1, 1)}


def test_what_differs_is_kept_taken_and_undone_for_many(
    importer: Importer, database: Database, edited: Callable[[int], int]
) -> None:
    import_id = edited(4)
    first, *others = [row.id for row in importer.rows(import_id)]
    ordered(database, import_id, {"differs": "keep"}, ids=(first,))
    importer.work()
    job = ordered(database, import_id, {"differs": "take"}, outcome="differs")
    importer.work()
    assert result_of(database, job) == OrderResult(3)
    with read_scope(database) as session:
        assert sum(address == "园林大道9号" for address in session.scalars(select(Enterprise.address))) == 1
    ordered(database, import_id, {"differs": "undo"}, ids=tuple(others))
    importer.work()
    with read_scope(database) as session:
        assert set(session.scalars(select(Enterprise.address))) == {"园林大道9号"}
    assert decisions(importer, import_id) == {("differs", "settled"): 1, ("differs", ""): 3}


def test_the_later_of_two_officers_is_told_and_nothing_is_lost(
    importer: Importer, database: Database, waiting: int
) -> None:
    rows = tuple(row.id for row in importer.rows(waiting) if row.main_reason == "uscc")
    later = ordered(database, waiting, {"uscc": "take"}, ids=rows, actor=LI)
    with session_scope(database) as session:
        run = session.get_one(ImportRun, waiting)
        refuse(Deciding(session, WANG, run, get_row(session, run, 0, 2, lock=True), NOW), "抄错")
    importer.work()
    told = result_of(database, later)
    assert (told.decided, told.refused) == (1, 1)
    (refusal,) = told.told
    assert (refusal.row, WANG.name in refusal.text, WANG.name in refusal.text_en) == (2, True, True)
    assert [row.decision for row in importer.rows(waiting)] == ["refused", "confirmed", ""]


def test_one_that_cannot_be_taken_any_more_goes_on_waiting_while_the_others_are_taken(
    importer: Importer, database: Database, waiting: int, tmp_path: Path
) -> None:
    importer.take_in(write_list(tmp_path / "again.csv", [firm_row(3, 统一社会信用代码=wrong_code(3))]), accept=True)
    with session_scope(database) as session:
        session.execute(update(ImportRow).where(ImportRow.run_id == waiting).values(decision="", note=""))
    job = ordered(database, waiting, {"uscc": "take"}, outcome="queued", main_reason="uscc")
    importer.work()
    told = result_of(database, job)
    assert (told.decided, told.refused, told.told[0].row) == (1, 1, 2)
    assert "已经在库" in told.told[0].text and "已经在库" not in told.told[0].text_en
    assert decisions(importer, waiting)[("uscc", "")] == 1


def test_bad_orders_are_refused_in_words_and_nothing_changes(
    importer: Importer, database: Database, waiting: int
) -> None:
    def refusal(error: type[Exception], choices: dict[str, str], **of: Any) -> str:
        with pytest.raises(error) as caught:
            ordered(database, waiting, choices, **of)
        return str(caught.value)

    assert "名称与代码不符" in refusal(Invalid, {"name.differs": "take"}, outcome="queued")
    assert "逐行核对营业执照" in refusal(Invalid, {"name.other": "take"}, outcome="queued")
    assert "keep" not in refusal(Invalid, {"uscc": "keep"}, outcome="queued").split("可选")[1]
    refusal(Invalid, {"uscc": "perhaps"}, outcome="queued")
    refusal(Invalid, {}, outcome="queued")
    refusal(Invalid, {"uscc": "leave"}, ids=tuple(range(1, 1_002)))
    with use_locale("en"):
        assert refusal(Invalid, {"uscc": "keep"}, outcome="queued").startswith("“Check character")
    with session_scope(database) as session:
        session.get_one(ImportRun, waiting).state = "undone"
    assert "已经撤销" in refusal(Conflict, {"uscc": "leave"}, outcome="queued")
    assert set(decisions(importer, waiting).values()) == {2, 1}
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "import-decisions")) == 0


def test_a_change_of_name_is_taken_for_those_that_were_shown(
    importer: Importer, database: Database, waiting: int
) -> None:
    rows = tuple(row.id for row in importer.rows(waiting) if row.main_reason == "name.differs")
    ordered(database, waiting, {"name.differs": "take"}, ids=rows)
    importer.work()
    assert importer.firm(fictional_code(9)).name == "泽口渔业合作社（示例）"


def test_what_is_said_beforehand_is_done_once_the_rows_are_in(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    importer.take_in(write_list(tmp_path / "on_file.csv", [firm_row(9)]))
    rows = [firm_row(3, 统一社会信用代码=wrong_code(3)), firm_row(9, 企业名称="泽口渔业合作社（示例）"), firm_row(5)]
    import_id = importer.upload(write_list(tmp_path / "said.csv", rows), actor=WANG)

    def say(**choices: str) -> None:
        with session_scope(database) as session:
            say_ahead(session, actor=WANG, run=session.get_one(ImportRun, import_id), choices=choices, now=NOW)

    say(uscc="leave", differs="keep")
    say(differs="")
    for choice in ("take", "perhaps"):
        with pytest.raises(Invalid):
            say(uscc=choice)
    with pytest.raises(Invalid):
        say(nothing="leave")
    importer.start(import_id, actor=WANG)
    with pytest.raises(Conflict):
        say(uscc="")
    importer.work()
    assert decisions(importer, import_id) == {("uscc", "refused"): 1, ("name.differs", ""): 1}
    with read_scope(database) as session:
        kept = session.get_one(ImportRun, import_id).decisions
        said = session.scalar(
            select(func.count()).select_from(JournalEvent).where(JournalEvent.type == "import.said_beforehand")
        )
    assert kept == {"uscc": {"choice": "leave", "by": WANG.name, "at": NOW.isoformat()}} and said == 3


def test_the_statements_of_a_batch_do_not_grow_with_its_rows(
    importer: Importer, database: Database, edited: Callable[[int], int], tmp_path: Path
) -> None:
    """But for what is taken of rows that differ: each of their values is compared with what stands there now, and written alone."""
    differing, several = edited(64), [firm_row(each, 统一社会信用代码=wrong_code(each)) for each in range(101, 161)]
    doubtful = importer.take_in(write_list(tmp_path / "doubtful.csv", several), actor=WANG)

    def sent(import_id: int, choices: dict[str, str], first: int, last: int) -> int:
        ids = [row.id for row in importer.rows(import_id) if row.main_reason][first:last]
        ordered(database, import_id, choices, ids=tuple(ids))
        with counted_queries() as statements:
            importer.work()
        return len(statements)

    for import_id, choices in (
        (differing, {"differs": "keep"}),
        (doubtful, {"uscc": "take"}),
        (doubtful, {"uscc": "leave"}),
    ):
        at = 30 if "leave" in choices.values() else 0
        sent(import_id, choices, at, at + 1)
        few, many = sent(import_id, choices, at + 1, at + 4), sent(import_id, choices, at + 4, at + 30)
        assert many - few <= 5 and many <= 80, (
            choices,
            few,
            many,
        )  # 23 rows more; new firms are compared in a few statements
    few, many = (sent(differing, {"differs": "take"}, first, last) for first, last in ((30, 33), (33, 64)))
    assert many - few <= 4 * 28


def test_texts_of_reason_and_choice() -> None:
    assert read_ahead(["differs=keep", "name.other = leave"]) == {"differs": "keep", "name.other": "leave"}
    for text in (["differs"], ["differs=take", "differs=keep"], ["uscc=take"], ["jump=take"], ["strange=leave"]):
        with pytest.raises(Invalid):
            read_ahead(text)
    assert check_choice("award.technical", "leave") == "leave"
    assert main_reason(RowOutcome.DIFFERS, ["unread", "jump"]) == "jump"


def test_another_region_cannot_order(database: Database, importer: Importer, waiting: int) -> None:
    elsewhere = Actor(ActorKind.OFFICER, 3, "何青（示例）", Role.CASEWORKER, "420112")
    with pytest.raises(Forbidden):
        ordered(database, waiting, {"uscc": "leave"}, outcome="queued", actor=elsewhere)
    assert set(decisions(importer, waiting)) == {("uscc", ""), ("name.differs", "")}
