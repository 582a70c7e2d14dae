"""Pasting a block: what the page reads of it, the preview of a file behind it, what is written, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.models import Enterprise, YearlyFigures
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from tests.factories.enterprises import fictional_code, firm
from tests.support.client import Client

SignIn = Callable[..., Client]
PAGE = "/imports/paste"
ACROSS = "\t2021年\t2022年\n销售收入（万元）\t4,286.40\t5,012.75\n研发费用（千元）\t1983\t\n职工总数\t118\t127"


@pytest.fixture
def work(app: Any, settings: Settings) -> Callable[[], int]:
    """Does what the server's worker would."""
    database = app.state.database
    return lambda: Worker(JobContext(database, settings.data_dir), kinds_of(database.composition)).run_waiting()


@pytest.fixture
def known(session: Session) -> Enterprise:
    return firm(session, uscc=fictional_code(1), name="园林精密")


def test_figures_of_a_firm_by_years_come_in_as_they_were_shown(
    sign_in: SignIn, session: Session, known: Enterprise, work: Callable[[], int]
) -> None:
    client = sign_in()
    page = f"/enterprises/{known.uscc}/figures/paste"
    assert page in client.get(f"/enterprises/{known.uscc}/figures").text
    pasted = client.submit(page, {"block": ACROSS})
    assert pasted.status_code == 303
    url = str(pasted.headers["location"])
    preview = client.get(url).text
    assert "开始导入 2 行" in preview and "4,286.40" in preview and "428.64" not in preview
    client.submit(url, to="/start")
    work()
    rows = session.scalars(select(YearlyFigures).order_by(YearlyFigures.year)).all()
    assert [(row.year, row.sales_revenue_fen, row.rd_total_fen) for row in rows] == [
        (2021, 4_286_400_000, 198_300_000),
        (2022, 5_012_750_000, None),
    ]
    assert {row.enterprise_id for row in rows} == {known.id}
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "enterprise.figures_added")).first()
    assert event is not None and event.data["import"] == session.scalars(select(ImportRun.id)).one()


def test_the_grid_shows_what_is_read_while_one_pastes(sign_in: SignIn, known: Enterprise, session: Session) -> None:
    client = sign_in()
    page = f"/enterprises/{known.uscc}/figures/paste"
    shown = client.post_form(f"{page}/grid", {"block": ACROSS}).text
    assert "→ 销售收入 · 万元" in shown and "每年一行" in shown and known.uscc not in shown and "共 2 行" in shown
    assert "<html" not in shown
    assert "还没有粘贴内容" in client.post_form(f"{page}/grid", {"block": " \n"}).text
    assert "只有一列" in client.post_form(f"{page}/grid", {"block": "销售收入"}).text
    without = client.post_form(f"{page}/grid", {"block": "项目\t2021\n销售收入\t12"}).text
    assert "没有写明单位：销售收入" in without and "单位待定" in without
    assert session.scalar(select(ImportRun)) is None


def test_a_unit_that_is_not_told_is_asked_for_before_anything_is_written(
    sign_in: SignIn, known: Enterprise, session: Session, work: Callable[[], int]
) -> None:
    client = sign_in()
    page = f"/enterprises/{known.uscc}/figures/paste"
    url = str(client.submit(page, {"block": "项目\t2021\n销售收入\t38205"}).headers["location"])
    assert "金额列没有写明单位" in client.get(url).text
    assert client.submit(url, {"other_unit": "千元"}, to="/mapping").status_code == 303
    client.submit(url, to="/start")
    work()
    assert session.scalars(select(YearlyFigures)).one().sales_revenue_fen == 3_820_500_000


def test_one_figure_of_many_firms(
    sign_in: SignIn, known: Enterprise, session: Session, work: Callable[[], int]
) -> None:
    client = sign_in()
    other = firm(session, uscc=fictional_code(2), name="王场日化")
    assert PAGE in client.get("/imports").text
    block = "园林精密（示例）\t118\n王场日化（示例）\t73\n没有的企业（示例）\t5"
    told = {"block": block, "figure": "staff_average_e4", "year": "2024"}
    assert "→ 2024 职工总数" in client.post_form(f"{PAGE}/grid", told).text
    url = str(client.submit(PAGE, told).headers["location"])
    client.submit(url, to="/start")
    work()
    rows = session.scalars(select(YearlyFigures)).all()
    assert {(row.enterprise_id, row.year, row.staff_average_e4) for row in rows} == {
        (known.id, 2024, 1_180_000),
        (other.id, 2024, 730_000),
    }
    refused = session.scalars(select(ImportRow).where(ImportRow.outcome == "rejected")).one()
    assert refused.name == "没有的企业（示例）" and refused.reasons[0]["code"] == "name.unknown"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"block": ""}, "还没有粘贴内容。"),
        ({"block": "园林精密（示例）\t118"}, "第一行不是认得出的表头"),
        ({"block": "园林精密（示例）\t118", "figure": "staff_average_e4"}, "请填写这些数是哪一年的。"),
        ({"block": "园林精密（示例）\t118", "figure": "nothing", "year": "2024"}, "没有这个项目。"),
        (
            {"block": "园林精密（示例）\t118", "figure": "total_assets_fen", "year": "2024", "unit": "斤"},
            "没有这个单位。",
        ),
        ({"block": "a\tb\n" * 2_001}, "一次最多粘贴 2,000 行"),
    ],
)
def test_what_cannot_be_read_is_told_and_stays_in_the_form(
    sign_in: SignIn, session: Session, told: dict[str, str], message: str
) -> None:
    answer = sign_in().submit(PAGE, told)
    assert answer.status_code == 422 and message in answer.text
    assert told["block"].strip().split("\n")[0] in answer.text
    assert session.scalar(select(ImportRun)) is None


def test_only_those_who_import_may_paste(sign_in: SignIn, known: Enterprise, session: Session) -> None:
    reader = sign_in("leader")
    page = f"/enterprises/{known.uscc}/figures/paste"
    assert "从 Excel 粘贴" not in reader.get(f"/enterprises/{known.uscc}/figures").text
    for address in (PAGE, page):
        assert reader.get(address).status_code == 403
        assert reader.post_form(address, {"block": ACROSS}).status_code == 403
        assert reader.post_form(f"{address}/grid", {"block": ACROSS}).status_code == 403


def test_a_firm_elsewhere_is_not_there(sign_in: SignIn, session: Session) -> None:
    elsewhere = firm(session, uscc=fictional_code(3), region_code="429006")
    client = sign_in(region="429005")
    page = f"/enterprises/{elsewhere.uscc}/figures/paste"
    assert client.get(page).status_code == 404
    assert client.post_form(page, {"block": ACROSS}).status_code == 404
    assert client.post_form(f"{page}/grid", {"block": ACROSS}).status_code == 404
