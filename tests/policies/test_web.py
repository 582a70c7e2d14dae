"""The policy pages and a firm's verdict page, in the bureau's door."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.policies.models import FactStatement
from app.policies.service.verdicts import store_verdict
from tests.factories.enterprises import firm as firm_on_file
from tests.policies.support import CODE, DAY
from tests.support.client import Client

SignIn = Callable[..., Client]


@pytest.fixture
def known(session: Session) -> Enterprise:
    return firm_on_file(session)


@pytest.fixture
def address(known: Enterprise) -> str:
    return f"/enterprises/{known.uscc}/verdicts/{CODE}"


def test_policies_are_listed_with_what_is_unverified(sign_in: SignIn) -> None:
    page = sign_in("leader").get("/policies")
    assert page.status_code == 200
    assert "高新技术企业认定" in page.text and "处待核实" in page.text


def test_a_policy_is_told_in_plain_words_in_both_languages(sign_in: SignIn) -> None:
    client = sign_in("leader")
    page = client.get(f"/policies/{CODE}?version=2016-01-01")
    assert page.status_code == 200
    assert "年度研发" not in page.text
    assert "近一年销售收入" in page.text and "第十一条（四）" in page.text and "凭记忆，把握较小，待核实" in page.text
    client.cookies.set("yumiao_language", "en")
    assert client.get(f"/policies/{CODE}").status_code == 200
    assert client.get(f"/policies/{CODE}?version=1999-01-01").status_code == 404
    assert client.get("/policies/nothing").status_code == 404


def test_the_verdict_page_explains_any_day(sign_in: SignIn, address: str, known: Enterprise) -> None:
    client = sign_in()
    page = client.get(f"{address}?on=2021-06-30")
    assert page.status_code == 200
    assert "注册成立一年以上" in page.text and "2,598 天" in page.text
    assert f'href="/enterprises/{known.uscc}/figures"' in page.text
    assert "accident_in_last_year" in page.text
    assert client.get(f"{address}?on=2015-06-30").status_code == 404
    assert client.get(f"{address}?on=someday").status_code == 422


def test_a_statement_decides_a_condition_and_can_be_taken_back(sign_in: SignIn, address: str, session: Session) -> None:
    client = sign_in()
    url = f"{address}?on=2021-06-30"
    form = {
        "fact_code": "accident_in_last_year",
        "value": "no",
        "stated_on": "2021-06-30",
        "source": "市应急管理局复函（示例）",
    }
    answer = client.submit(url, form, to=f"{address}/statements")
    assert answer.status_code == 303, answer.text
    page = client.get(url)
    assert "市应急管理局复函（示例）" in page.text
    assert 'id="fact-accident_in_last_year"' not in page.text
    event = session.query(JournalEvent).filter_by(type="enterprise.fact_stated").one()
    assert event.changes["statement"][1].endswith("否（2021-06-30，市应急管理局复函（示例））")
    later = client.get(f"{address}?on=2021-07-01").text
    assert "（2021-06-30 的核查已过期，须重新核查）" in later
    assert 'id="fact-accident_in_last_year"' in later
    taken_back = client.submit(url, to="/withdraw")
    assert taken_back.status_code == 303, taken_back.text
    assert 'id="fact-accident_in_last_year"' in client.get(url).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "maybe"},
        {"value": ""},
        {"source": ""},
        {"stated_on": "2999-01-01"},
        {"fact_code": "sales_revenue"},
        {"year": "2020"},
    ],
)
def test_a_wrong_statement_changes_nothing_and_says_why(
    sign_in: SignIn, address: str, session: Session, wrong: dict[str, str]
) -> None:
    client = sign_in()
    form = {"fact_code": "accident_in_last_year", "value": "no", "stated_on": "2021-06-29", "source": "复函（示例）"}
    answer = client.submit(address, form | wrong, to=f"{address}/statements")
    assert answer.status_code == 422, answer.text
    assert session.query(JournalEvent).filter_by(type="enterprise.fact_stated").count() == 0


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ({"fact_code": "rd_domestic_share", "value": "65"}, "0.65"),
        ({"fact_code": "rd_domestic_share", "value": "65 %"}, "0.65"),
        ({"fact_code": "total_costs", "year": "2020", "value": "500万"}, "5000000"),
        ({"fact_code": "total_costs", "year": "2020", "value": "1,234.5"}, "1234.5"),
        ({"fact_code": "ip_class1", "value": "3"}, 3),
    ],
)
def test_a_statement_is_typed_as_in_every_form_of_facts(
    sign_in: SignIn, address: str, session: Session, stated: dict[str, str], kept: object
) -> None:
    form = {"stated_on": "2021-06-29", "source": "复函（示例）"} | stated
    answer = sign_in().submit(address, form, to=f"{address}/statements")
    assert answer.status_code == 303, answer.text
    assert session.query(FactStatement).one().value == kept


def test_who_may_see_and_state(sign_in: SignIn, client: Client, address: str) -> None:
    assert client.get(address).status_code == 303
    reader = sign_in("leader")
    page = reader.get(address)
    assert page.status_code == 200 and '<details class="statement"' not in page.text
    assert sign_in("caseworker", "429006").get(address).status_code == 404


def test_a_stored_verdict_keeps_its_words(
    sign_in: SignIn, address: str, session: Session, known: Enterprise, now: datetime
) -> None:
    kept = store_verdict(session, SYSTEM, known, CODE, DAY, "submitted", None, now)
    client = sign_in()
    page = client.get(f"{address}/stored/{kept.id}")
    assert page.status_code == 200
    assert "逐字一致" in page.text and kept.sha256 in page.text
    assert "企业库 基本信息" in page.text
    assert f"{address}/stored/{kept.id}" in client.get(address).text
    assert client.get(f"{address}/stored/999999").status_code == 404
