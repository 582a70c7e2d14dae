"""The bureau's work with others and with its own mistakes, each journey by the roles it belongs to."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.kit.clock import today, utc_now
from tests.journeys.conftest import Demo
from tests.journeys.moves import paper, sound, step
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]


def test_a_department_is_asked_and_answers_behind_its_door(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    number = demo.case(officer, firm, "review")
    there = visit(officer)
    page = there.page
    there.open(f"/cases/{number}/materials/technology-level")
    page.set_input_files("#f-file", paper("查新报告"))
    page.get_by_role("button", name="上传并选用").click()
    there.open(f"/cases/{number}/opinions?department=tax")
    assert page.locator("#f-question").input_value()
    page.fill("#f-days", "5")
    page.get_by_label(re.compile("查新报告")).check()
    sound(there)
    page.get_by_role("button", name="发出征询").click()
    expect(page.locator("#opinion-tax")).to_contain_text("待答复")

    desk = visit(demo.officer("department", "tax"))
    desk.open("/department")
    desk.page.get_by_role("link", name=firm.name).click()
    sound(desk)
    shown = desk.page.get_by_role("link", name="下载").get_attribute("href")
    assert desk.page.request.get(demo.server.url + (shown or "")).body().startswith(b"%PDF")
    asked = desk.page.url.removeprefix(demo.server.url)
    desk.page.get_by_label("同意，有意见").check()
    desk.page.fill("#f-answer", "查账征收，研发费用与申报一致。")
    desk.page.get_by_role("button", name="提交答复").click()
    expect(desk.page.locator("main")).to_contain_text("已答复，谢谢。")
    expect(desk.page.get_by_role("link", name=firm.name)).to_have_count(0)
    for closed in (f"/cases/{number}", f"/enterprises/{firm.uscc}", "/cases", "/enterprises", "/requests", "/targets"):
        answer = desk.open(closed)
        assert answer is not None and answer.status in (403, 404), closed

    other = visit(demo.officer("department", "emergency"))
    other.open("/department")
    expect(other.page.locator("main")).not_to_contain_text(firm.name)
    answer = other.open(asked)
    assert answer is not None and answer.status == 404

    there.open(f"/cases/{number}")
    expect(page.locator("#opinion-tax")).to_contain_text("查账征收，研发费用与申报一致。")


def test_asking_for_what_is_on_file_needs_a_reason_and_is_counted(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    number = demo.case(officer, firm, "preparation")
    there = visit(officer)
    page = there.page
    there.open(f"/cases/{number}/materials/business-licence")
    page.set_input_files("#f-file", paper("营业执照"))
    page.get_by_role("button", name="上传并选用").click()
    there.open(f"/enterprises/{firm.uscc}/requests/new")
    page.select_option("#f-wanted", label="材料 · 营业执照")
    expect(page.locator("#findings")).to_contain_text("先看一看")
    sound(there)
    page.get_by_role("button", name="提出").click()
    expect(page.locator("#f-reason-error, [href='#f-reason']").first).to_be_visible()
    page.fill("#f-reason", "企业已变更经营范围，在库的是旧照。")
    page.get_by_role("button", name="提出").click()
    page.wait_for_url(re.compile(rf"/enterprises/{firm.uscc}/requests"))
    expect(page.locator("main")).to_contain_text("企业已变更经营范围")
    there.open(f"/requests/burden?q={firm.uscc}")
    line = page.get_by_role("row", name=firm.name)
    expect(line.get_by_role("link", name=re.compile("合计"))).to_have_text("1")
    line.get_by_role("link", name=re.compile("合计")).click()
    expect(page.locator("main")).to_contain_text("营业执照")
    sound(there)


def test_a_mistaken_step_is_taken_back_by_its_author_and_by_the_section_head(demo: Demo, visit: Visit) -> None:
    officer = demo.officer()
    number = demo.case(officer, demo.firm(), "intent")
    there = visit(officer)
    page = there.page
    step(there, number, "start-preparation")
    expect(page.locator("[aria-current=step]").first).to_contain_text("材料准备")
    there.open(f"/cases/{number}/undo")
    sound(there)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[aria-current=step]").first).to_contain_text("意向确认")
    step(there, number, "start-preparation")

    colleague = visit(demo.officer())
    colleague.open(f"/cases/{number}/undo")
    expect(colleague.page.locator("main form")).to_have_count(0)

    head = visit(demo.officer("section_head"))
    head.open(f"/cases/{number}/undo")
    head.page.locator("main form button[type=submit]").click()
    expect(head.page.locator("[href='#f-reason']").first).to_be_visible()
    head.page.fill("#f-reason", "企业还没有自我评价。")
    head.page.locator("main form button[type=submit]").click()
    head.page.wait_for_url(re.compile(rf"/cases/{number}($|\?|#)"))
    expect(head.page.locator("[aria-current=step]").first).to_contain_text("意向确认")
    head.open(f"/cases/{number}?all=1")
    timeline = head.page.locator(".events")
    expect(timeline).to_contain_text("企业还没有自我评价。")
    assert timeline.inner_text().count("进入材料准备") >= 2
    assert timeline.inner_text().count("撤回") >= 2


def test_a_section_head_hands_over_an_officers_cases(demo: Demo, visit: Visit) -> None:
    leaving, taking = demo.officer(), demo.officer()
    numbers = [demo.case(leaving, demo.firm(), stage) for stage in ("pool", "preparation", "review")]
    there = visit(demo.officer("section_head"))
    page = there.page
    there.open(f"/desk/hand-over?from={leaving.id}")
    page.select_option("#f-officer_id", str(taking.id))
    page.fill("#f-reason", "调整分工")
    sound(there)
    page.get_by_role("button", name="预览移交全部 3 件").click()
    expect(page.get_by_role("heading", name="可以办理 3 件")).to_be_visible()
    sound(there)
    page.get_by_role("button", name="办理这 3 件").click()
    expect(page.get_by_role("table")).to_contain_text(numbers[-1], timeout=60_000)
    new = visit(taking)
    for number in numbers:
        new.open(f"/cases/{number}")
        expect(new.page.locator("main")).to_contain_text(f"经办 {taking.name}")
    expect(new.page.locator(".events")).to_contain_text("调整分工")
    there.open(f"/desk/hand-over?from={leaving.id}")
    expect(page.locator("main")).to_contain_text("在办 0 件")


def test_a_supervision_is_asked_answered_and_closed(demo: Demo, visit: Visit) -> None:
    officer, firm = demo.officer(), demo.firm()
    number = demo.case(officer, firm, "review")
    head = visit(demo.officer("section_head"))
    head.open(f"/cases/{number}/supervisions/new")
    head.page.fill("#f-request", "本周内完成形式审查")
    head.page.fill("#f-due_on", (today(utc_now()) + timedelta(days=3)).isoformat())
    sound(head)
    head.page.get_by_role("button", name="督办", exact=True).click()
    expect(head.page.locator("#supervisions")).to_contain_text("待答复")

    there = visit(officer)
    there.open("/")
    there.page.get_by_role("link", name=re.compile("督办")).first.wait_for()
    there.open(f"/cases/{number}")
    there.page.locator("#supervisions a", has_text=re.compile("答复|本周内")).first.click()
    there.page.fill("#f-answer", "形式审查已完成，意见已登记。")
    sound(there)
    there.page.get_by_role("button", name="答复", exact=True).click()
    expect(there.page.locator("#supervisions")).to_contain_text("已答复，待办结")

    head.open("/desk/supervisions")
    head.page.get_by_role("link", name=re.compile(firm.name)).first.click()
    expect(head.page.locator("main")).to_contain_text("形式审查已完成，意见已登记。")
    head.page.get_by_role("button", name="办结督办").click()
    expect(head.page.locator("#supervisions")).to_contain_text("已办结")
    sound(head)
