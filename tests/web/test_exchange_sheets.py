"""The files of a batch through the browser: taken, answered, looked at row by row, registered; journalled each time."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.handovers.models import HandoverItem
from app.journal.models import JournalEvent
from app.kit.db import Database
from tests.exchange import counterparts
from tests.exchange.world import World
from tests.factories.enterprises import many_firms
from tests.support.client import Client

Rows = list[list[Any]]


@pytest.fixture
def number(session: Session, database: Database, tmp_path: Path, actor: Any) -> str:
    """A batch of two firms."""
    counterparts.partner(session)
    world = World(session).prepare()
    world.add_parts(world.enterprise())
    world.enterprise()
    return counterparts.handed_over(session, database, tmp_path, actor(), "enterprises").number


@pytest.fixture
def work(session: Session, database: Database, settings: Any) -> Callable[[], None]:
    """Does the background work."""
    return lambda: counterparts.work(session, database, settings.data_dir, storage=settings.vault.blobs)


def filled(body: bytes, *results: tuple[str, str]) -> bytes:
    """The main sheet of a workbook that was taken, with results filled in."""
    rows: Rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    for row, result in zip(rows[1:], results, strict=True):
        row[-2:] = result
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return made.getvalue()


def taken(session: Session) -> list[tuple[str, Any]]:
    """What the journal says of files, and of how many records."""
    wanted = select(JournalEvent).where(JournalEvent.type.startswith("handover."))
    events = session.scalars(wanted.order_by(JournalEvent.position))
    return [(event.type, event.data["rows"]) for event in events if "rows" in event.data]


def test_workbook_and_cover_are_taken_and_journalled(
    sign_in: Callable[..., Client], session: Session, number: str
) -> None:
    client = sign_in()
    workbook = client.get(f"/exchange/handovers/{number}.xlsx")
    assert workbook.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(workbook.content)).testzip() is None
    assert client.get(f"/exchange/handovers/{number}.pdf").content.startswith(b"%PDF-")
    assert taken(session) == [("handover.workbook_taken", 2), ("handover.cover_taken", 2)]


def test_an_answer_is_looked_at_and_then_registered(
    sign_in: Callable[..., Client], session: Session, number: str, work: Callable[[], None]
) -> None:
    client, base = sign_in(), f"/exchange/handovers/{number}"
    body = filled(client.get(f"{base}.xlsx").content, ("接收", ""), ("退回", "地址不全"))
    preview = client.submit(f"{base}/answer", files={"file": ("回执.xlsx", body)}).headers["location"]
    page = client.get(preview)
    assert "将登记为接收" in page.text
    assert "地址不全" in page.text
    assert set(session.scalars(select(HandoverItem.state))) == {"pending"}

    report = client.submit(preview, to=preview).headers["location"]
    assert "正在登记回执" in client.get(report).text
    work()
    assert client.get(f"{report}/progress").headers["hx-refresh"] == "true"
    assert sorted(session.scalars(select(HandoverItem.state))) == ["accepted", "rejected"]
    assert "已登记过" in client.get(preview).text
    assert [kind for kind, _rows in taken(session)][-2:] == ["handover.answer_received", "handover.answer_read"]


def test_a_file_that_is_no_answer_is_refused_beside_its_field(
    sign_in: Callable[..., Client], number: str, session: Session
) -> None:
    client, address = sign_in(), f"/exchange/handovers/{number}/answer"
    for body, said in ((b"MZ\x90\x00", "程序"), ("名称\n甲\n".encode(), "报送标识"), (b"", "空")):
        refused = client.submit(address, files={"file": ("回执.csv", body)})
        assert refused.status_code == 422
        assert said in refused.text
    assert client.submit(address).status_code == 422
    assert taken(session) == []


def test_who_sees_a_part_of_the_region_only_takes_no_whole_batch(sign_in: Callable[..., Client], number: str) -> None:
    township = sign_in(region="429005001")
    assert township.get(f"/exchange/handovers/{number}.xlsx").status_code == 403
    leader = sign_in(role="leader")
    assert leader.get(f"/exchange/handovers/{number}.xlsx").status_code == 403
    assert sign_in().get("/exchange/handovers/JH-1999-0001.xlsx").status_code == 404


# -- reconciling -------------------------------------------------------------------------------------------------------------

HEAD = "统一社会信用代码,企业名称\n"


def compare(client: Client, work: Callable[[], None], body: str) -> str:
    """Upload their list, do the work; returns the address of the result."""
    filled_in = {"partner": "province", "resource": "enterprises", "source": "file"}
    answer = client.submit(
        "/exchange/reconciling/new",
        filled_in,
        to="/exchange/reconciling",
        files={"file": ("对方.csv", body.encode())},
    )
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    assert "正在对账" in client.get(address).text
    work()
    return address


def test_a_reconciliation_from_upload_to_the_next_batch(
    sign_in: Callable[..., Client], session: Session, number: str, work: Callable[[], None]
) -> None:
    client = sign_in()
    first = session.scalars(select(HandoverItem).order_by(HandoverItem.id)).first()
    assert first is not None
    body = f"{HEAD}{first.key},另一个名称（示例）\n91429099T999999999,对方独有（示例）\n"
    address = compare(client, work, body)
    page = client.get(address)
    for said in ("另一个名称（示例）", first.label, "对方独有（示例）", "只有我方有", "注册地址"):
        assert said in page.text
    assert "对方独有（示例）" not in client.get(f"{address}?kind=differing").text
    assert "另一个名称（示例）" in client.get(f"{address}?field=name").text
    assert "没有这样的差异" in client.get(f"{address}?q=查无此企业").text
    exported = client.get(f"{address}/lines.xlsx?kind=differing")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(exported.content)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["内容不同", first.key, first.label, "企业名称", first.label, "另一个名称（示例）"]

    batch = client.submit(address, to=f"{address}/queue").headers["location"]
    work()
    assert batch in client.get(address).text
    assert client.post_form(f"{address}/queue").status_code == 409


def test_what_agrees_says_so(sign_in: Callable[..., Client], number: str, session: Session, work: Any) -> None:
    items = session.scalars(select(HandoverItem)).all()
    body = HEAD + "".join(f"{item.key},{item.label}\n" for item in items)
    client = sign_in()
    assert "双方一致" in client.get(compare(client, work, body)).text
    assert "双方一致" in client.get("/exchange/reconciling").text


def test_a_list_that_cannot_be_compared_says_why(sign_in: Callable[..., Client], number: str, work: Any) -> None:
    client = sign_in()
    address = compare(client, work, "企业名称\n甲（示例）\n")
    assert "统一社会信用代码" in client.get(address).text
    refused = client.submit("/exchange/reconciling/new", {"partner": "", "source": "pull"}, to="/exchange/reconciling")
    assert refused.status_code == 422
    without = {"partner": "province", "resource": "enterprises", "source": "pull"}
    refused = client.submit("/exchange/reconciling/new", without, to="/exchange/reconciling")
    assert "没有接口地址" in refused.text


def test_a_waiting_run_is_stopped(sign_in: Callable[..., Client], number: str) -> None:
    client = sign_in()
    given = {"partner": "province", "resource": "enterprises", "source": "file"}
    files = {"file": ("对方.csv", HEAD.encode() + b"91429099T999999999,x\n")}
    address = client.submit("/exchange/reconciling/new", given, to="/exchange/reconciling", files=files).headers[
        "location"
    ]
    client.submit(address, to=f"{address}/stop")
    assert "没有保留结果" in client.get(address).text


def test_who_sees_a_part_of_the_region_only_sees_no_reconciliation(
    sign_in: Callable[..., Client], number: str, work: Any
) -> None:
    address = compare(sign_in(), work, f"{HEAD}91429099T999999999,x\n")
    leader = sign_in(role="leader")
    assert leader.get(address).status_code == 200
    assert leader.post_form(f"{address}/queue").status_code == 403
    township = sign_in(region="429005001")
    assert township.get(address).status_code == 404
    assert address not in township.get("/exchange/reconciling").text


@pytest.mark.parametrize("firms", [10, 200])
def test_a_result_takes_the_same_few_queries_however_long(
    sign_in: Callable[..., Client], session: Session, number: str, work: Any, count_queries: Any, firms: int
) -> None:
    many_firms(session, firms, region_code="429005001")
    client = sign_in()
    address = compare(client, work, f"{HEAD}91429099T999999999,x\n")
    with count_queries() as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 16, "\n".join(queries)
