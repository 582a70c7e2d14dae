"""Files that programs hand in: staged or begun, each once, within the client's region, told row by row; only the client's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.complete_lists.models import CompleteList
from app.enterprises.imports.handed_files import MOST_UNFINISHED
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.staging import SheetChoice, change_reading
from app.enterprises.models import Enterprise, YearlyFigures
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.service import cancel
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit.actor import Actor, ActorKind, Role
from app.kit.clock import utc_now
from app.kit.db import commit
from app.kit.tabular import open_table, write_csv
from tests.api.conftest import Caller, MakeCaller
from tests.factories.enterprises import fictional_code, firm, wrong_code
from tests.factories.lists import HEADER, firm_row, firm_rows, messy_rows
from tests.support.client import Client

PATH = "/api/v1/imports"
SCOPE = "import:write"
SignIn = Callable[..., Client]


def csv(rows: list[list[str]], header: tuple[str, ...] = HEADER) -> bytes:
    return b"".join(write_csv(rows, header))


def hand_in(one: Caller, body: bytes, **told: Any) -> Response:
    params = {"name": "名单（示例）.csv", **told}
    return one.client.post(PATH, content=body, params=params, headers={"authorization": f"Bearer {one.token}"})


def problem(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def work(app: Any, settings: Settings) -> Callable[[], int]:
    """Does what the server's worker would."""
    database = app.state.database
    return lambda: Worker(JobContext(database, settings.data_dir), kinds_of(database.composition)).run_waiting()


@pytest.fixture
def sender(caller: MakeCaller) -> Caller:
    return caller(region="429005", scopes=SCOPE)


# -- the way of a file -------------------------------------------------------------------------------------------------


def test_a_confirmed_file_is_taken_in_and_told_row_by_row(
    sender: Caller, session: Session, work: Callable[[], int]
) -> None:
    answer = hand_in(sender, csv(messy_rows()), confirm="true")
    assert answer.status_code == 202
    address, begun = answer.headers["location"], answer.json()
    assert (begun["state"], begun["ready"], address) == ("started", True, f"{PATH}/{begun['id']}")
    work()
    done = sender.get(address).json()
    assert done["state"] == "finished" and done["progress"]["done"] == done["progress"]["total"] == 8
    assert sum(done["counts"].values()) == 8 and done["sheets"][0]["counts"] == done["counts"]
    rows = sender.get(done["rows"]).json()
    kept_back = done["counts"]["rejected"] + done["counts"]["queued"] + done["counts"]["differs"]
    assert len(rows["items"]) == kept_back and rows["next"] is None
    assert all(row["reasons"][0]["text_en"] for row in rows["items"] if row["outcome"] == "rejected")
    assert done["waiting"] == done["counts"]["queued"] + done["counts"]["differs"]
    made = session.scalars(select(Enterprise)).all()
    assert len(made) == done["counts"]["created"]
    client_events = select(JournalEvent.type).where(
        JournalEvent.actor_kind == "client", JournalEvent.actor_name == "省平台（示例）"
    )
    assert {"import.started", "import.finished", "enterprise.imported"} <= set(session.scalars(client_events))


def test_a_file_may_be_said_to_be_a_complete_list(sender: Caller, session: Session, work: Callable[[], int]) -> None:
    body = csv([[fictional_code(1), "税务违法", "2021-03-01"]], ("统一社会信用代码", "违法类型", "处罚日期"))
    said = {"complete_to": "2021-06-30", "complete_from": "2021-01-01", "issuer": "税务局（示例）", "confirm": "true"}
    kind = "compliance:tax_violation"
    assert problem(hand_in(sender, body, **said)) == (422, "complete_list.kinds")
    assert problem(hand_in(sender, body, **said | {"complete_kind": "compliance:tax"})) == (422, "complete_list.kinds")
    waiting = said | {"complete_kind": kind, "confirm": "false"}
    assert problem(hand_in(sender, body, **waiting)) == (422, "complete_list.unconfirmed")
    assert problem(hand_in(sender, body, issuer="税务局（示例）")) == (422, "complete_list.complete_to")
    answer = hand_in(sender, body, **said | {"complete_kind": kind})
    assert answer.status_code == 202, answer.text
    work()
    (row,) = session.scalars(select(CompleteList))
    assert (row.kinds, row.region_code, row.issuer) == ([kind], "429005", "税务局（示例）")
    assert (row.document, row.import_id) == ("名单（示例）.csv", answer.json()["id"])


def test_what_is_decided_beforehand_is_told_and_done(sender: Caller, session: Session, work: Callable[[], int]) -> None:
    body = csv([firm_row(3, 统一社会信用代码=wrong_code(3)), firm_row(4)])
    for wrong in ("uscc=take", "uscc", "strange=leave"):
        assert hand_in(sender, body, confirm="true", decide=wrong).status_code == 422
    waits = hand_in(sender, body, decide="differs=keep").json()
    begun = hand_in(sender, body, confirm="true", decide=["uscc=leave", "differs=keep"]).json()
    assert begun["id"] == waits["id"] and begun["decided_beforehand"] == {"differs": "keep", "uscc": "leave"}
    assert hand_in(sender, body, decide="uscc=leave").status_code == 409
    work()
    done = sender.get(f"{PATH}/{begun['id']}").json()
    assert (done["state"], done["waiting"], done["counts"]["queued"]) == ("finished", 0, 1)
    assert [row["decision"] for row in sender.get(done["rows"]).json()["items"]] == ["refused"]


def test_without_confirm_the_reading_is_told_and_an_officer_decides(
    sender: Caller, sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    answer = hand_in(sender, csv(firm_rows(3))).json()
    assert answer["state"] == "uploaded" and answer["progress"] is None
    fills = {column["header"]: column["fills"] for column in answer["sheets"][0]["columns"]}
    assert (fills[HEADER[0]], fills[HEADER[1]]) == ("name", "uscc") or (fills[HEADER[0]], fills[HEADER[1]]) == (
        "uscc",
        "name",
    )
    assert work() == 0 and session.scalar(select(Enterprise)) is None
    officer = sign_in()
    assert "名单（示例）.csv" in officer.get("/imports").text
    assert officer.submit(answer["page"], to="/start").status_code == 303
    work()
    assert sender.get(f"{PATH}/{answer['id']}").json()["counts"]["created"] == 3


def test_money_without_a_unit_is_never_guessed(sender: Caller, session: Session, work: Callable[[], int]) -> None:
    firm(session, uscc=fictional_code(1))
    body = csv([[fictional_code(1), "38205"]], ("统一社会信用代码", "2020年销售收入"))
    refused = hand_in(sender, body, kind="figures", confirm="true")
    assert problem(refused) == (422, "import.units_missing")
    assert session.scalar(select(ImportRun)) is None
    staged = hand_in(sender, body, kind="figures").json()
    assert staged["sheets"][0]["without_unit"] == ["2020年销售收入"] and not staged["ready"]
    begun = hand_in(sender, body, kind="figures", unit="千元", confirm="true").json()
    assert begun["id"] != staged["id"] and sender.get(f"{PATH}/{staged['id']}").json()["state"] == "abandoned"
    work()
    assert session.scalars(select(YearlyFigures)).one().sales_revenue_fen == 3_820_500_000


def test_what_an_officer_chose_holds_when_the_file_is_sent_again(
    sender: Caller, sign_in: SignIn, session: Session, work: Callable[[], int]
) -> None:
    body = csv(
        [["园林精密有限公司（示例）", fictional_code(1), "500", "江某"]],
        ("企业名称", "统一社会信用代码", "注册资本（万元）", "甲"),
    )
    first = hand_in(sender, body).json()
    officer = sign_in()
    officer.submit(first["page"], {"field-3": "legal_representative"}, to="/mapping")
    again = hand_in(sender, body, confirm="true").json()
    assert (again["id"], again["state"]) == (first["id"], "started")
    work()
    assert session.scalars(select(Enterprise.legal_representative)).one() == "江某"


# -- the same once more ------------------------------------------------------------------------------------------------


def test_the_same_call_again_is_the_same_import(sender: Caller, session: Session, work: Callable[[], int]) -> None:
    body = csv(firm_rows(2))
    first = hand_in(sender, body).json()
    assert hand_in(sender, body).json()["id"] == first["id"]
    begun = hand_in(sender, body, confirm="true").json()
    assert (begun["id"], begun["state"]) == (first["id"], "started")
    assert hand_in(sender, body, confirm="true").json() == begun
    otherwise = hand_in(sender, body, confirm="true", accept_unconfirmed="true")
    assert problem(otherwise) == (409, "import.under_way")
    assert work() == 1
    assert len(session.scalars(select(ImportRun)).all()) == 1
    again = hand_in(sender, body, confirm="true").json()
    work()
    assert again["id"] != first["id"]
    assert sender.get(f"{PATH}/{again['id']}").json()["counts"]["unchanged"] == 2


def test_a_stopped_import_goes_on_when_its_file_is_sent_again(
    sender: Caller, session: Session, work: Callable[[], int]
) -> None:
    body = csv(firm_rows(2))
    begun = hand_in(sender, body, confirm="true").json()
    cancel(session, job=session.scalars(select(Job)).one(), now=utc_now())
    assert sender.get(f"{PATH}/{begun['id']}").json()["state"] == "stopped"
    assert hand_in(sender, body, confirm="true").json()["state"] == "started"
    assert work() == 1
    assert sender.get(f"{PATH}/{begun['id']}").json()["state"] == "finished"


def test_no_more_than_so_many_wait(sender: Caller) -> None:
    for n in range(MOST_UNFINISHED):
        assert hand_in(sender, csv([firm_row(n)])).status_code == 202
    assert problem(hand_in(sender, csv([firm_row(99)]))) == (409, "import.too_many")


# -- who may, and what is refused --------------------------------------------------------------------------------------


def test_a_client_sees_its_own_imports_alone(sender: Caller, caller: MakeCaller) -> None:
    address = hand_in(sender, csv(firm_rows(1))).headers["location"]
    for other in (caller(region="429005", scopes=SCOPE), caller(scopes=SCOPE)):
        assert problem(other.get(address)) == (404, "import.unknown")
        assert problem(other.get(f"{address}/rows")) == (404, "import.unknown")
    reader = caller(scopes="export:read policies:evaluate exchange:receipts")
    assert problem(hand_in(reader, csv(firm_rows(1)))) == (403, "scope.missing")
    assert problem(reader.get(address)) == (403, "scope.missing")


def test_a_firm_outside_the_client_s_region_is_refused(
    caller: MakeCaller, session: Session, work: Callable[[], int]
) -> None:
    elsewhere = caller(region="429006", scopes=SCOPE)
    standing = firm(session, uscc=fictional_code(1), region_code="429005001")
    body = csv([[standing.uscc, "另一个名称（示例）", "12"]], ("统一社会信用代码", "企业名称", "2020年职工总数"))
    run = hand_in(elsewhere, body, confirm="true").json()
    work()
    (row,) = elsewhere.get(run["rows"]).json()["items"]
    assert (row["outcome"], row["reasons"][0]["code"]) == ("rejected", "enterprise.outside")
    assert session.scalar(select(YearlyFigures)) is None


@pytest.mark.parametrize(
    ("body", "told", "code"),
    [
        (b"", {}, "files.empty"),
        (b"a,b\n1,2\n", {"sheets": "没有的表"}, "import.sheet_unknown"),
        (b"a,b\n1,2\n", {"confirm": "true"}, "import.columns_missing"),
        (b"a,b\n1,2\n", {"unit": "斤"}, "request.invalid"),
        (b"a,b\n1,2\n", {"kind": "people"}, "request.invalid"),
        (b"a,b\n1,2\n", {"tables": "both"}, "request.invalid"),
        (b"a,b\n1,2\n", {"name": ""}, "request.invalid"),
        (b"a,b\n1,2\n", {"agree": "true"}, "request.invalid"),
        (b"MZ" + bytes(200), {}, "files.executable"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(
    sender: Caller, session: Session, body: bytes, told: dict[str, str], code: str
) -> None:
    assert problem(hand_in(sender, body, **told)) == (422, code)
    assert session.scalar(select(ImportRun)) is None


def test_blanks_and_tables_are_told_and_what_the_office_chose_is_followed(
    sender: Caller, session: Session, tmp_path: Path
) -> None:
    heads = ("企业名称", "统一社会信用代码", "乡镇", "经办")
    rows = [
        [f"园林精密{n}号有限公司（示例）", fictional_code(n), "" if n == 2 else "园林街道", "周某（示例）"]
        for n in (1, 2)
    ]
    (sheet,) = hand_in(sender, csv(rows, heads), as_above="乡镇", tables="one").json()["sheets"]
    assert sheet["remembered"] is None
    run = session.scalars(select(ImportRun)).one()
    kept = session.scalars(select(ImportSheet)).one()
    assert kept.mapping["above"] == [2] and "tables" not in kept.mapping
    clerk = Actor(ActorKind.OFFICER, 9, "王晓（示例）", Role.CASEWORKER, "429005")
    choice = SheetChoice(True, "", {3: "contact.contact_name"}, {}, {})
    file = tmp_path / "名单.csv"
    file.write_bytes(csv(rows, heads))
    change_reading(session, actor=clerk, run=run, table=open_table(file), choices={0: choice}, now=utc_now())
    commit(session)
    (sheet,) = hand_in(sender, csv(rows[:1], heads)).json()["sheets"]
    assert sheet["columns"][3]["fills"] == "contact.contact_name"
    assert sheet["remembered"]["by"] == clerk.name and sheet["remembered"]["ignored"] == []


def test_a_form_is_refused_with_what_to_send_instead(sender: Caller) -> None:
    headers = {"authorization": f"Bearer {sender.token}"}
    files = {"file": ("名单.csv", csv(firm_rows(1)))}
    answer = sender.client.post(PATH, params={"name": "名单.csv"}, files=files, headers=headers)
    assert problem(answer) == (422, "import.multipart")


def test_rows_come_in_pages(sender: Caller, session: Session, work: Callable[[], int]) -> None:
    rows = [[name, "", *others] for name, _code, *others in firm_rows(5)]
    run = hand_in(sender, csv(rows), confirm="true").json()
    work()
    seen, cursor = [], None
    while True:
        told = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = sender.get(run["rows"], params=told).json()
        seen += [row["row"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    total = sender.get(f"{PATH}/{run['id']}").json()["counts"]
    assert len(seen) == len(set(seen)) == total["rejected"] + total["queued"] == 5
    wrong = sender.get(run["rows"], params={"cursor": "x", "outcome": "created"})
    assert problem(wrong) == (422, "paging.cursor")
