"""The pages of complete lists: said with an import or by hand, told on the result, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.complete_lists.models import CompleteList
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit import db
from app.kit.actor import Role
from app.kit.tabular import write_xlsx
from tests.factories.enterprises import fictional_code, firm
from tests.support.client import Client

SignIn = Callable[..., Client]
PAGE = "/imports/complete"
FORM = {
    "kinds": "certificate:high-tech-enterprise", "complete_to": "2021-06-30", "complete_from": "", "region_code": "429005",
    "issuer": "省科技厅（示例）", "document": "名单（示例）",
}  # fmt: skip
HEAD = ["企业名称", "统一社会信用代码", "证书编号", "发证日期"]


def test_by_hand_and_back(session: Session, sign_in: SignIn) -> None:
    client = sign_in(region="429005")
    refused = client.submit(PAGE, FORM | {"kinds": "compliance:safety_accident"}, to=f"{PAGE}/state")
    assert refused.status_code == 422 and "从哪一天起完整" in refused.text
    assert client.submit(PAGE, FORM | {"region_code": "42"}, to=f"{PAGE}/state").status_code == 422
    page = client.submit(PAGE, FORM, to=f"{PAGE}/state", follow=True)
    assert page.status_code == 200 and "高新技术企业" in page.text and "不限" in page.text
    (row,) = session.scalars(select(CompleteList))
    assert "税收违法（现行条件不问" in page.text
    taxes = FORM | {"kinds": "compliance:tax_violation", "complete_from": "2021-01-01", "issuer": "税务局（示例）"}
    kept = client.submit(PAGE, taxes, to=f"{PAGE}/state", follow=True)
    assert kept.status_code == 200 and "判定不变" in kept.text and "税务局（示例）" in kept.text
    leader = sign_in(role=Role.LEADER, region="429005").get(PAGE).text
    assert "省科技厅（示例）" in leader and f"{PAGE}/{row.id}/withdraw" not in leader and "记为完整名单" not in leader
    assert "省科技厅" not in sign_in(region="420502").get(PAGE).text
    client = sign_in(region="429005")
    client.submit(PAGE, to=f"{PAGE}/{row.id}/withdraw")
    assert "省科技厅（示例）" not in client.get(PAGE).text
    assert "省科技厅（示例）" in client.get("/imports/complete?withdrawn=1").text


def test_with_an_import(session: Session, sign_in: SignIn, app: Any, settings: Settings) -> None:
    client = sign_in(region="429005")
    firm(session, "园林精密1号有限公司", uscc=fictional_code(1))
    db.commit(session)
    rows = [
        ["园林精密1号有限公司（示例）", fictional_code(1), "GR202042990001", "2020-12-01"],
        ["园林精密2号有限公司（示例）", "123", "GR202042990002", "2020-12-01"],
    ]
    file = {"file": ("高企名单.xlsx", write_xlsx(rows, HEAD, sheet="高新技术企业名单"))}
    address = str(client.submit("/imports/new", {"kind": "workbook"}, to="/imports", files=file).headers["location"])
    page = client.get(address)
    assert page.text.count("这是截至某日的完整名单") == 1 and 'value="高企名单.xlsx"' in page.text
    told = FORM | {"complete": "1"}
    refused = client.submit(address, told | {"issuer": ""}, to=f"{address}/start")
    assert refused.status_code == 422 and "请补全完整名单的说明" in refused.text
    assert client.submit(address, told, to=f"{address}/start").status_code == 303
    database = app.state.database
    Worker(JobContext(database, settings.data_dir), kinds_of(database.composition)).run_waiting()
    result = client.get(address).text
    assert "已记为完整名单" in result and "名单上有 1 行还没有导入" in result
    assert session.scalars(select(CompleteList.import_id)).one() is not None


@pytest.mark.parametrize("asked", ["x", "2"])
def test_a_state_that_is_none_is_left_alone(sign_in: SignIn, asked: str) -> None:
    assert sign_in().get(f"/imports/complete?withdrawn={asked}").status_code == 200
