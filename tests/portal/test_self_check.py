"""自己算一算 in the portal: prefilled, free to change, nothing kept unless the firm hands it in."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.policies.models import FactStatement, StoredVerdict
from tests.factories.enterprises import firm as firm_on_file
from tests.support.client import Client
from tests.support.forms import form_to
from tests.support.markup import flat

SignIn = Callable[..., Client]
PAGE = "/portal/self-check/high-tech-enterprise?on=2021-06-30"
STATEMENTS = "/portal/self-check/high-tech-enterprise/statements"


@pytest.fixture
def own(session: Session) -> Enterprise:
    return firm_on_file(session)


@pytest.fixture
def portal(sign_in: SignIn, own: Enterprise) -> Client:
    return sign_in(enterprise_id=own.id)


def kept(session: Session) -> tuple[int, int, int]:
    """How many statements, verdicts and events there are."""
    session.expire_all()
    return tuple(
        session.scalar(select(func.count()).select_from(table)) or 0
        for table in (FactStatement, StoredVerdict, JournalEvent)
    )


def test_the_questions_are_filled_with_what_is_on_file(portal: Client) -> None:
    page = portal.get(PAGE)
    assert page.status_code == 200
    assert 'value="2014-05-20"' in page.text and "现有资料：2014-05-20，企业库 基本信息" in page.text
    assert 'name="rd_internal_items-2020-7"' in page.text and 'name="net_assets-2018"' in page.text
    assert 'name="total_income-2020"' in page.text and 'name="total_income-2019"' not in page.text


def test_the_verdict_comes_at_once_and_nothing_is_kept(portal: Client, session: Session) -> None:
    portal.get(PAGE)
    before = kept(session)
    answer = portal.submit(
        PAGE, {"staff_average": "100", "rd_staff_average": "9.5", "registered_on": "2020-09-01"}, to=PAGE
    )
    assert answer.status_code == 200, answer.text
    assert "还没有达标" in answer.text and "10 人 ÷" not in answer.text and "9.5 人 ÷ 100 人 = 9.5%" in answer.text
    assert 'value="2020-09-01"' in answer.text
    again = portal.submit(PAGE, {"staff_average": "100", "rd_staff_average": "10"}, to=PAGE)
    assert "10 人 ÷ 100 人 = 10%" in again.text
    assert kept(session) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("staff_average", "many"),
        ("staff_average", "-3"),
        ("staff_average", "1" * 5000),
        ("ip_class1", "1.5"),
        ("sales_revenue-2020", "12.345"),
        ("sales_revenue-2020", "NaN"),
        ("rd_internal_items-2019-3", "x"),
        ("rd_domestic_share", "120%"),
        ("registered_on", "2021-02-30"),
        ("core_field", "99999"),
        ("accident_in_last_year", "perhaps"),
        ("ip_advancement", "9"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(portal: Client, name: str, value: str) -> None:
    answer = portal.submit(PAGE, {"rd_staff_average": "7", name: value}, to=PAGE)
    assert answer.status_code == 422
    assert f'id="e-{name}"' in answer.text
    assert "按您填的数据" not in answer.text
    assert re.search(r'name="rd_staff_average" value="7"', flat(answer.text)) or name == "rd_staff_average"


def test_what_is_wrong_is_named_with_its_year_and_part(portal: Client) -> None:
    given = {"staff_average": "many", "sales_revenue-2020": "x", "rd_internal_items-2019-3": "x"}
    listed = re.findall(r'<li><a href="#[^"]+">(.+?)</a>', portal.submit(PAGE, given, to=PAGE).text)
    named = {line.partition("：")[0] for line in listed}
    assert named == {
        "职工总数（年月平均数）",
        "销售收入 2020 年度",
        "企业内部研发费用 2019 年度 折旧费用与长期待摊费用",
    }


def test_amounts_may_be_written_in_wan(portal: Client) -> None:
    answer = portal.submit(PAGE, {"sales_revenue-2020": "500万", "total_income-2020": "1,000,000.50"}, to=PAGE)
    assert answer.status_code == 200
    assert "2020 年度销售收入" in answer.text and "5,000,000 元" in answer.text and "1,000,000.50 元" in answer.text


def handed_in(portal: Client, tried: dict[str, str], source: str) -> tuple[int, str]:
    """Try, then hand the figures in; the status and the page."""
    tried_out = portal.submit(PAGE, tried, to=PAGE)
    form = form_to(tried_out.text, STATEMENTS)
    fields = {name: values[0] for name, values in form.fields.items()}
    answer = portal.post(form.action, data={**fields, "source": source})
    return answer.status_code, answer.text


def test_figures_are_handed_in_once_and_only_those_the_firm_may_say(
    portal: Client, session: Session, own: Enterprise
) -> None:
    tried = {
        "staff_average": "100",
        "sales_revenue-2020": "5000000",
        "rd_internal_items-2020-1": "200000",
        "accident_in_last_year": "no",
        "ip_advancement": "8",
        "registered_on": "2013-01-01",
    }
    status, _page = handed_in(portal, tried, "2020 年度审计报告（示例）")
    assert status == 303
    rows = session.scalars(select(FactStatement).order_by(FactStatement.id)).all()
    assert [(row.fact_code, row.year) for row in rows] == [
        ("staff_average", None),
        ("sales_revenue", 2020),
        ("rd_internal_items", 2020),
    ]
    assert {row.enterprise_id for row in rows} == {own.id}
    assert rows[2].value == ["200000"] + [{"low": "0"}] * 6
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "enterprise.facts_handed_in")).one()
    assert event.enterprise_id == own.id and event.actor_kind == "enterprise"
    assert event.changes["statements"][1][0].startswith("职工总数（年月平均数）：100 人")
    page = portal.get(PAGE)
    assert re.search(r'name="staff_average" value="100"', flat(page.text)) and "情况说明" in page.text


def test_the_same_form_acts_once(portal: Client, session: Session) -> None:
    tried_out = portal.submit(PAGE, {"staff_average": "100"}, to=PAGE)
    form = form_to(tried_out.text, STATEMENTS)
    fields = {name: values[0] for name, values in form.fields.items()} | {"source": "来函（示例）"}
    portal.post(form.action, data=fields)
    portal.post(form.action, data=fields)
    assert session.scalar(select(func.count()).select_from(FactStatement)) == 1


def test_without_a_source_nothing_is_kept_and_the_draft_survives(portal: Client, session: Session) -> None:
    status, page = handed_in(portal, {"staff_average": "100"}, "")
    assert status == 422
    assert 'id="e-source"' in page and re.search(r'name="staff_average" value="100"', flat(page))
    assert session.scalar(select(func.count()).select_from(FactStatement)) == 0


def test_only_the_own_firm_and_only_policies_about_firms(client: Client, sign_in: SignIn, own: Enterprise) -> None:
    assert client.get(PAGE).status_code == 303
    assert sign_in("administrator").get(PAGE).status_code == 403
    portal = sign_in(enterprise_id=own.id)
    assert portal.get("/portal/self-check/no-such-policy").status_code == 404
    assert portal.get("/portal/self-check/high-tech-enterprise?on=1999-01-01").status_code == 404
    assert portal.get("/portal/self-check/high-tech-enterprise?on=someday").status_code == 422
    client.cookies.set("yumiao_language", "en")
    assert portal.get(PAGE).status_code == 200
