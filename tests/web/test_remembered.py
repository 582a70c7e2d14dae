"""The page on which a file is checked opens with what the office once chose, goes back with one click, and what is remembered is listed."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.models import RememberedMapping
from app.journal.models import JournalEvent
from tests.factories.enterprises import fictional_code
from tests.support.client import Client
from tests.web.test_imports import csv, upload

SignIn = Callable[..., Client]
HEADS = ("报表单位", "统一社会信用代码", "2020年收成", "经办")
ROWS = [["园林精密一号有限公司（示例）", fictional_code(1), "100", "周某（示例）"]]
FIELD = "figures.sales_revenue_fen@2020"


def test_what_was_chosen_holds_for_the_next_file_until_it_is_deleted(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    body = csv(ROWS, HEADS)
    first = upload(client, body, kind="workbook")
    client.submit(first, {"register": "figures"}, to="/mapping")
    chosen = {"register": "figures", "field-0": "name", "field-2": FIELD, "field-3": "", "unit-2": "万元"}
    client.submit(first, chosen, to="/mapping")
    row = session.scalars(select(RememberedMapping)).one()
    assert row.by_name in client.get("/imports/remembered").text

    second = upload(client, body, name="下一份.csv", kind="workbook")
    page = client.get(second).text
    assert f"{row.by_name} 的对应" in page and "开始导入 1 行" in page and '"万元" selected' in page
    assert client.submit(second, to="/guess").status_code == 303
    assert "的对应。" not in client.get(second).text and session.scalar(select(RememberedMapping.id)) is not None

    third = upload(client, body, name="再一份.csv", kind="workbook")
    assert client.submit("/imports/remembered", to="/forget").status_code == 303
    assert "还没有记住的对应" in client.get("/imports/remembered").text
    assert "的对应。" in client.get(third).text, "what a file was opened with stays until it is changed"
    told = session.scalars(select(JournalEvent.type).where(JournalEvent.subject_kind == "import_mapping")).all()
    assert told[-1] == "import.mapping_forgotten"
    other = sign_in(region="429006")
    assert "的对应。" not in other.get(upload(other, body, name="别处.csv", kind="workbook")).text
