"""A certification from candidate to certificate with one correction and one departmental opinion, by all who have a part in it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.enterprises.models import Enterprise
from app.kit.clock import today, utc_now
from tests.journeys.conftest import Demo
from tests.journeys.moves import paper, sound, step
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]

REMARK = "缺 2025 年纳税申报表的附表，请补齐后重新上传。"


def test_from_candidate_to_certificate(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    there = visit(officer)
    phone = visit(demo.firm_user(firm), width=390, height=844)
    number = open_case(there, firm)
    for action in ("confirm-intent", "start-preparation", "start-filing"):
        step(there, number, action)
    supply_from_the_phone(phone, number)
    demo.supply(number, "submit")
    submit(phone, number, "提交申报")
    send_back(there, number)
    correct(phone, number)
    demo.supply(number, "resubmit")
    submit(phone, number, "补正完成，再次提交")
    settle(there, number)
    have_it_answered(there, visit(demo.officer("department", "tax")), number, firm)
    demo.supply(number, "site-check")
    certify(demo, visit(demo.officer("section_head")), there, number)
    rate(phone, number)


def open_case(there: Watched, firm: Enterprise) -> str:
    page = there.page
    there.open(f"/cases/new?enterprise={firm.uscc}")
    page.fill("#f-uscc", firm.uscc)
    page.select_option("#f-programme", "high-tech-enterprise")
    page.get_by_role("button", name="立案并打印回执").click()
    page.locator("[data-secret]").wait_for()
    number = re.search(r"QJ-GQ-\d{4}-\d{4,}", page.locator("main").inner_text())
    assert number is not None
    return number[0]


def supply_from_the_phone(there: Watched, number: str) -> None:
    """A document, and one section of the form, drafted, checked and handed in."""
    page = there.page
    there.open(f"/portal/cases/{number}")
    expect(page.locator("body")).to_contain_text("需要您做的事")
    sound(there)
    there.open(f"/portal/cases/{number}/materials/business-licence")
    page.set_input_files("#f-files", paper("营业执照"))
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#business-licence")).to_contain_text("营业执照.pdf")
    sound(there)
    there.open(f"/portal/cases/{number}/form/1")
    day = today(utc_now()).isoformat()
    page.fill("#f-q_entry_national_on", day)
    page.fill("#f-q_entry_provincial_on", day)
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url(re.compile(r"/form/2$"))
    there.open(f"/portal/cases/{number}/form/check")
    sound(there)
    page.get_by_role("button", name=re.compile("确认无误，提交 2 项")).click()
    page.wait_for_url(re.compile(rf"/portal/cases/{number}"))


def submit(there: Watched, number: str, label: str) -> None:
    page = there.page
    there.open(f"/portal/cases/{number}")
    page.get_by_role("link", name=label).click()
    page.get_by_role("button", name=label).click()
    expect(page.locator("h1")).to_contain_text("市科技局正在审查")


def send_back(there: Watched, number: str) -> None:
    page = there.page
    there.open(f"/cases/{number}/steps/return")
    page.fill("#f-reason", "纳税申报表不全")
    page.get_by_label(re.compile("纳税申报表")).first.fill(REMARK)
    page.fill("#f-due_on", (today(utc_now()) + timedelta(days=10)).isoformat())
    sound(there)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#corrections")).to_contain_text(REMARK)


def correct(there: Watched, number: str) -> None:
    page = there.page
    there.open(f"/portal/cases/{number}")
    expect(page.locator("body")).to_contain_text("企业补正时限")
    there.open(f"/portal/cases/{number}/corrections")
    page.get_by_role("link", name=re.compile("纳税申报表")).first.click()
    expect(page.locator("body")).to_contain_text(REMARK)
    sound(there)
    page.fill("#f-answer", "已补齐附表，重新上传。")
    page.get_by_role("button", name="答复", exact=True).click()
    expect(page.locator("body")).to_contain_text("补正事项已全部答复")


def settle(there: Watched, number: str) -> None:
    page = there.page
    there.open(f"/cases/{number}")
    expect(page.locator("#corrections")).to_contain_text("已补齐附表，重新上传。")
    page.get_by_role("button", name=re.compile("^通过补正")).first.click()
    expect(page.locator("#corrections")).to_contain_text("均已通过")


def have_it_answered(there: Watched, department: Watched, number: str, firm: Enterprise) -> None:
    there.open(f"/cases/{number}/opinions?department=tax")
    there.page.get_by_role("button", name="发出征询").click()
    expect(there.page.locator("#opinion-tax")).to_contain_text("待答复")
    department.open("/department")
    department.page.get_by_role("link", name=firm.name).click()
    department.page.get_by_label("同意", exact=True).check()
    department.page.get_by_role("button", name="提交答复").click()
    there.open(f"/cases/{number}")
    expect(there.page.locator("#opinion-tax")).to_contain_text("同意")


def certify(demo: Demo, head: Watched, there: Watched, number: str) -> None:
    page = there.page
    there.open(f"/cases/{number}")
    page.get_by_role("button", name="完成 形式审查意见").click()
    page.locator("dialog[open] button[type=submit]").click()
    step_refused(there, number, "recommend")
    head.open(f"/cases/{number}/approvals/recommend")
    head.page.fill("#f-note", "材料齐全，同意推荐。")
    sound(head)
    head.page.locator("main form button[type=submit]").first.click()
    expect(head.page.locator("#approvals")).to_contain_text("材料齐全，同意推荐。")
    demo.supply(number, "recommend")
    for action in ("recommend", "to-joint-review", "to-experts", "to-publicity", "file"):
        step(there, number, action)
    day = today(utc_now())
    step(
        there,
        number,
        "certify",
        v_certificate_number=f"GR{day.year}42{number[-6:].replace('-', '0'):>06}",
        v_issued_on=day.isoformat(),
    )
    expect(page.locator("main")).to_contain_text("办结")
    sound(there)


def step_refused(there: Watched, number: str, action: str) -> None:
    there.open(f"/cases/{number}/steps/{action}")
    expect(there.page.locator("main")).to_contain_text("审签")
    expect(there.page.locator("main form button[type=submit]").first).to_be_disabled()


def rate(there: Watched, number: str) -> None:
    page = there.page
    there.open(f"/portal/cases/{number}")
    expect(page.locator("h1")).to_contain_text("已认定为高新技术企业")
    there.open(f"/portal/cases/{number}/rating")
    page.get_by_label("非常满意").check()
    sound(there)
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("body")).to_contain_text("您的评价")
