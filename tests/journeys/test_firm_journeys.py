"""What firms do by themselves on a phone, and the programmes beside certification: filing, a year of cultivation, renewal."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.kit.clock import today, utc_now
from tests.journeys.conftest import Demo
from tests.journeys.moves import sound, step
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]

CENTRE, UPGRADE = "joint-innovation-centre", "technical-upgrade-cultivation"


def test_a_firm_renews_from_last_years_answers_and_documents(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    earlier = demo.case(officer, firm, "", "technology-sme")
    there = visit(demo.firm_user(firm), width=390, height=844)
    page = there.page
    there.open(f"/portal/cases/{earlier}")
    page.get_by_role("link", name="开始下一次申报的准备").click()
    sound(there)
    page.get_by_role("button", name="开始准备").click()
    page.wait_for_url(re.compile(r"/portal/cases/(?!" + earlier + r")[A-Z0-9-]+"))
    found = re.search(r"/portal/cases/([A-Z0-9-]+)", page.url)
    assert found is not None
    number = found[1]
    there.open(f"/portal/cases/{number}/form/check")
    expect(page.locator("body")).to_contain_text("去年填报，请确认")
    sound(there)
    page.get_by_role("button", name=re.compile("确认无误")).click()
    page.wait_for_url(re.compile(rf"/portal/cases/{number}"))
    there.open(f"/portal/cases/{number}/materials")
    expect(page.locator("main")).to_contain_text("已提供")
    sound(there)
    bureau = visit(officer)
    bureau.open(f"/cases/{number}")
    expect(bureau.page.locator("main")).to_contain_text(f"经办 {officer.name}")
    expect(bureau.page.locator("#questions")).to_contain_text("查账征收")


def test_the_filing_of_a_joint_innovation_centre(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    number = demo.case(officer, firm, "preparation", CENTRE)
    there, phone = visit(officer), visit(demo.firm_user(firm), width=390, height=844)
    page = there.page
    phone.open(f"/portal/cases/{number}")
    expect(phone.page.locator("body")).to_contain_text("还差")
    sound(phone)
    demo.supply(number, "submit")
    phone.open(f"/portal/cases/{number}")
    phone.page.locator("a.btn", has_text="提交").first.click()
    phone.page.locator("main form button[type=submit], form.form button[type=submit]").last.click()
    there.open(f"/cases/{number}")
    for action in ("to-experts", "to-publicity", "recommend"):
        demo.supply(number, action)
        step(there, number, action)
    sound(there)
    day = today(utc_now()).isoformat()
    step(there, number, "accept", v_certificate_number=f"示例-{number}", v_issued_on=day)
    expect(page.locator("main")).to_contain_text("办结")
    expect(page.locator("#duties")).to_be_visible()
    there.open(f"/enterprises/{firm.uscc}/certificates")
    expect(page.locator("main")).to_contain_text(f"示例-{number}")


def test_a_year_of_cultivation_with_quarterly_reports(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    begun = utc_now() - timedelta(days=365)
    number = demo.case(officer, firm, "goals", UPGRADE, begun)
    demo.supply(number, "start-cultivation")
    there, phone = visit(officer), visit(demo.firm_user(firm), width=390, height=844)
    goals = {"v_goals": "研发投入占比达到 3%，新增发明专利 1 件。", "on": today(begun).isoformat()}
    step(there, number, "start-cultivation", **goals)
    expect(there.page.locator("#duties")).to_be_visible()
    sound(there)
    for quarter in range(4):
        report(there, phone, number, quarter)
    there.open(f"/cases/{number}")
    expect(there.page.locator("#duties")).to_contain_text("已办 4 项")
    step(there, number, "evaluate")
    expect(there.page.locator("[aria-current=step]").first).to_contain_text("评价")


def report(there: Watched, phone: Watched, number: str, quarter: int) -> None:
    """The firm's report of one quarter, drafted first."""
    page = phone.page
    phone.open(f"/portal/cases/{number}")
    page.locator("#duties a").first.click()
    page.fill("#f-v_rd_expense", "120000")
    page.fill("#f-v_main_revenue", "9000000")
    page.get_by_role("button", name="保存草稿").click()
    for name in ("talent", "property_filed", "property_granted", "institutes"):
        page.fill(f"#f-v_{name}", str(quarter + 1))
    assert page.input_value("#f-v_rd_expense")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("body")).to_contain_text("已完成")
