"""The pages about how much: setting it, seeing it reckoned, the year's budget, taking back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, Enterprise, YearlyFigures
from app.incentives.models import IncentiveStep
from tests.factories.commissioners import firm
from tests.factories.incentives import case_with_marker, certificate
from tests.support.client import Client

SignIn = Callable[..., Client]
FIRST, CENTRE = "high-tech-first-recognition", "joint-innovation-centre-filing"
SCHEME = f"/incentives/schemes/{FIRST}"
RATIO = {
    "amount_type": "ratio",
    "base": "sales_revenue",
    "ratio": "2",
    "cap": "100000",
    "rounding": "千元",
    "clawback": ["revoked", "moved-away"],
    "clawback_years": "3",
    "effective_from": "2021-01-01",
    "document_number": "潜科文（示例）1号",
}


def entitled(session: Session, sales_fen: int | None = None) -> tuple[Enterprise, Certificate]:
    where = firm(session)
    fact = certificate(session, where, date(2021, 3, 1))
    if sales_fen is not None:
        at = datetime(2021, 1, 4, tzinfo=UTC)
        given = {"basis": "HTE", "source": "hte_audit", "updated_at": at, "sales_revenue_fen": sales_fen}
        session.add(YearlyFigures(enterprise_id=where.id, year=2020, **given))
        session.flush()
    return where, fact


def address(page: str, where: Enterprise, fact: Certificate) -> str:
    return f"/incentives/{page}?uscc={where.uscc}&scheme={FIRST}&fact={quote(f'certificate:{fact.id}')}"


def test_a_ratio_is_set_shown_in_plain_words_and_reckoned_line_by_line(sign_in: SignIn, session: Session) -> None:
    where, fact = entitled(session, 123_456_700)
    client = sign_in(role="section_head")
    assert client.submit(f"{SCHEME}/amount", RATIO).status_code == 303
    scheme = client.get(SCHEME).text
    for words in ("近一年销售收入的 2%", "最高 100,000 元", "取整到千元，不足部分舍去", "证书被撤销（3 年内）"):
        assert words in scheme
    listed = client.get("/incentives").text
    assert "按比例，最高 100,000 元" in listed and "逐步测算" in listed
    shown = client.get(address("estimate", where, fact)).text
    for words in ("24,691.34 元", "24,000 元", "1,234,567", "企业库 年度数据", "预计可享受，以主管部门审定为准"):
        assert words in shown
    assert "24,000 元" in client.get(f"/incentives/enterprises/{where.uscc}").text
    assert 'value="24000.00"' in client.get(address("recommend", where, fact)).text
    record = client.submit(address("recommend", where, fact), {"happened_on": "2021-06-01"}).headers["location"]
    kept = session.scalars(select(IncentiveStep)).one().computation
    assert kept is not None and kept["amount"]["low"] == 2_400_000
    page = client.get(record).text
    assert "推荐时（2021-06-01）留存的测算" in page or "留存的测算" in page
    again = client.get(f"{SCHEME}/amount").text
    assert 'value="2"' in again and '<option value="sales_revenue" selected>' in again


def test_the_form_of_amounts_refuses_beside_the_field_and_keeps_what_was_typed(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in(role="section_head")
    wrong = client.submit(f"{SCHEME}/amount", RATIO | {"ratio": "二"})
    assert wrong.status_code == 422 and "0 至 100 之间的百分数" in wrong.text and "潜科文（示例）1号" in wrong.text
    tiers = {
        "amount_type": "tier",
        "tier_by": "sales_revenue",
        "tier_from": ["5000000", "1000000", "", "", ""],
        "tier_amount": ["30000", "10000", "", "", ""],
        "effective_from": "2021-01-01",
        "document_number": "潜科文（示例）1号",
    }
    assert client.submit(f"{SCHEME}/amount", tiers).status_code == 303
    assert "近一年销售收入 ≥ 500 万元：30,000 元" in client.get(SCHEME).text
    assert 'value="5000000"' in client.get(f"{SCHEME}/amount").text


def test_a_scheme_of_the_same_purpose_says_to_whom_it_yields(sign_in: SignIn, session: Session) -> None:
    where, fact = entitled(session)
    case_with_marker(session, where, "joint-innovation-centre", "accepted", date(2021, 5, 1), state="finished")
    client = sign_in(role="section_head")
    common = {"effective_from": "2021-01-01", "document_number": "潜科文（示例）1号", "stacking": "highest-only"}
    centre = common | {"amount_type": "fixed", "amount": "500000", "group": FIRST}
    assert client.submit(f"/incentives/schemes/{CENTRE}/amount", centre).status_code == 303
    missing = client.submit(f"{SCHEME}/amount", common | {"amount_type": "fixed", "amount": "200000"})
    assert missing.status_code == 422 and "同一用途" in missing.text
    first = common | {"amount_type": "fixed", "amount": "200000", "group": FIRST}
    assert client.submit(f"{SCHEME}/amount", first).status_code == 303
    shown = client.get(f"/incentives/enterprises/{where.uscc}").text
    assert "让位于“企校联合创新中心备案奖励”" in shown
    assert "让位于" in client.get(address("estimate", where, fact)).text
    assert "只享受金额最高的一项" in client.get(SCHEME).text and "同一用途合计" in client.get(SCHEME).text


def test_a_head_sets_a_budget_and_sees_what_is_left_of_it(sign_in: SignIn, session: Session) -> None:
    for _n in range(3):
        entitled(session)
    client = sign_in(role="section_head")
    fixed = {"amount_type": "fixed", "amount": "1000", "effective_from": "2021-01-01", "document_number": "示例1号"}
    client.submit(f"{SCHEME}/amount", fixed)
    assert "2021 年预算尚未设定" in client.get(f"{SCHEME}?year=2021").text
    wrong = client.submit(f"{SCHEME}/budget", {"year": "1999", "amount": "2500"})
    assert wrong.status_code == 422
    given = {"year": "2021", "amount": "2500", "document_number": "潜科文（示例）5号"}
    assert client.submit(f"{SCHEME}/budget", given).status_code == 303
    shown = client.get(f"{SCHEME}?year=2021").text
    for words in ("2021 年预算 2,500 元", "3,000 元", "超出 500 元", "将超出预算", "不阻止办理"):
        assert words in shown
    assert "2022 年预算尚未设定" in client.get(f"{SCHEME}?year=2022").text
    assert "/incentives?state=eligible&amp;scheme=" in shown
    assert client.get(f"/incentives?scheme={FIRST}&year=2021").text.count("data-label") > 0
    assert "没有待推荐的奖补" in client.get(f"/incentives?scheme={FIRST}&year=2020").text
    caseworker = sign_in()
    assert f"{SCHEME}/budget" not in caseworker.get(SCHEME).text
    assert caseworker.get(f"{SCHEME}/budget").status_code == 403
    assert "年预算" not in sign_in(region="429005002").get(SCHEME).text


def test_a_revoked_certificate_stands_on_the_list_until_it_is_decided(sign_in: SignIn, session: Session) -> None:
    where, fact = entitled(session)
    client = sign_in(role="section_head")
    record = client.submit(address("recommend", where, fact), {"happened_on": "2021-06-01"}).headers["location"]
    client.submit(f"{record}/award", {"happened_on": "2021-06-10", "amount": "1000"})
    assert "证书已撤销" not in client.get("/incentives").text
    fact = session.get_one(Certificate, fact.id)
    fact.revoked_on = date(2021, 6, 20)
    session.flush()
    listed = client.get("/incentives").text
    assert "证书已撤销" in listed and where.name in listed
    assert "证书已撤销" in client.get("/incentives/clawback").text
    assert "证书已撤销" in client.get(record).text
    said = {"kind": "revoked", "outcome": "reclaimed", "happened_on": "2021-06-25", "document": "潜科文（示例）9号"}
    refused = client.submit(record, said, to=f"{record}/clawback")
    assert "请填写追回的金额" in client.get(refused.headers["location"]).text
    assert client.submit(record, said | {"amount": "1000"}, to=f"{record}/clawback").status_code == 303
    assert "证书已撤销" not in client.get("/incentives").text
    shown = client.get(record).text
    assert "已追回" in shown and "潜科文（示例）9号" in shown
    assert "登记核查结论" not in sign_in().get(record).text


@pytest.mark.parametrize("page", ["/incentives", SCHEME])
def test_pages_ask_the_same_number_of_questions_for_many_firms_with_figures(
    sign_in: SignIn, session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]], page: str
) -> None:
    client = sign_in(role="section_head")
    client.submit(f"{SCHEME}/amount", RATIO)
    numbers = []
    for more in (3, 30):
        for _n in range(more):
            entitled(session, 100_000_000)
        client.get(page)
        with count_queries() as asked:
            client.get(page)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 32
