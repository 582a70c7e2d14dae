"""The pages of earlier applications, as a browser meets them."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.past_cases.models import PastCase
from app.kit import db
from tests.factories.enterprises import firm
from tests.support.client import Client

SignIn = Callable[..., Client]
GIVEN = {"programme_code": "high-tech-enterprise", "year": "2018", "result": "failed", "round": "第一批（示例）"}


def test_an_application_is_put_down_by_hand_shown_listed_and_exported(sign_in: SignIn, session: Session) -> None:
    one, client = firm(session), sign_in()
    db.commit(session)
    url = f"/enterprises/{one.uscc}"
    assert "没有往年申报的记录" in client.get(url).text
    assert client.submit(f"{url}/past-cases/new", GIVEN).headers["location"] == f"{url}#past-cases"
    again = client.submit(f"{url}/past-cases/new", GIVEN)
    assert again.status_code == 422 and "已有相同的记录" in again.text
    later = client.submit(f"{url}/past-cases/new", GIVEN | {"programme_code": "none", "year": "2090"})
    assert later.status_code == 422 and "该年度尚未开始" in later.text
    assert "第一批（示例）" in client.get(url).text
    assert "登记历年申报" in client.get(f"{url}/timeline").text
    listed = client.get("/cases/past?result=failed&year=2018").text
    assert one.name in listed and "高新技术企业认定" in listed
    assert one.name not in client.get("/cases/past?result=passed").text
    head, line = client.get("/cases/past/export.csv").content.decode("utf-8-sig").splitlines()
    assert head == "企业名称,统一社会信用代码,培育通道,年度,批次,申报编号,结果,到达阶段,结果日期,备注"
    assert line == f"{one.name},{one.uscc},高新技术企业认定,2018,第一批（示例）,,未通过,,,"
    assert session.scalars(select(PastCase)).one().imported_in is None


def test_a_firm_reads_its_own_in_the_portal(sign_in: SignIn, session: Session) -> None:
    one = firm(session)
    session.add(PastCase(enterprise_id=one.id, programme_code="technology-sme", year=2017, result="passed"))
    db.commit(session)
    assert "历年申报" in sign_in(enterprise_id=one.id).get("/portal/timeline").text
