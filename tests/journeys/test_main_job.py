"""The main job, in the browser: from the bureau's list to the certificate, the firm's phone and the province's pull."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from app.enterprises.domain.uscc import check_character
from app.kit.clock import today, utc_now
from tests.journeys.conftest import Demo
from tests.support.browser import Watched

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Watched]

FIRST_17 = "91429099MAY00001" + "7"
USCC = FIRST_17 + check_character(FIRST_17)
NAME = "潜江返湾湖精酿（示例）"


@pytest.fixture
def bureau_list(tmp_path: Path) -> Path:
    """A list as bureaus keep them: Excel's own encoding, their own column names, one code that fails its check."""
    rows = [
        "企业名称,统一社会信用代码,注册日期,企业类型,注册资金,注册地址",
        f"{NAME},{USCC},2014-05-20,有限责任公司,500(万元人民币),潜江市浩口镇示例路1号",
        f"潜江校验位不符（示例）,{USCC[:-1]}{'0' if USCC[-1] != '0' else '1'},2015-01-01,有限责任公司,30(万元),潜江市熊口镇",
        "潜江旧注册号（示例）,429005000001234,2001-01-01,有限责任公司,N/A,潜江市",
    ]
    path = tmp_path / "科技型企业名单.csv"
    path.write_bytes("\r\n".join(rows).encode("gb18030"))
    return path


def sound(there: Watched) -> None:
    """Nothing that axe objects to on the page as it stands."""
    assert there.violations() == []


def take_in(there: Watched, path: Path) -> None:
    page = there.page
    there.open("/imports/new")
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("GB18030").first).to_be_visible()
    sound(there)
    page.get_by_role("button", name=re.compile("开始导入")).click()
    expect(page.get_by_role("link", name="下载未导入的行")).to_be_visible(timeout=60_000)
    sound(there)


def open_case(there: Watched) -> tuple[str, str]:
    """The number and the query code of a new certification case."""
    page = there.page
    there.open(f"/cases/new?enterprise={USCC}")
    page.fill("#f-uscc", USCC)
    page.select_option("#f-programme", "high-tech-enterprise")
    page.get_by_role("button", name="立案并打印回执").click()
    code = page.locator("[data-secret]").inner_text().strip()
    number = re.search(r"QJ-GQ-\d{4}-\d{4,}", page.locator("main").inner_text())
    assert number is not None
    assert len(code) == 10
    sound(there)
    return number[0], code


def step(there: Watched, number: str, action: str, **fields: str) -> None:
    page = there.page
    there.open(f"/cases/{number}/steps/{action}")
    for name, value in fields.items():
        page.fill(f"#f-{name}", value)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(rf"/cases/{number}($|\?|#)"))


def test_from_the_list_to_the_certificate_and_the_province(demo: Demo, visit: Visit, bureau_list: Path) -> None:
    there = visit("caseworker")
    take_in(there, bureau_list)
    screen(there)
    number, code = open_case(there)
    lead_to_review(there, demo, number)
    give_an_expert(there)
    look_up_as_a_stranger(visit(width=390), number, code)
    join_as_the_firm(there, visit(width=390), number)
    finish(visit("section_head"), demo, number)
    see_the_incentive(there)
    pull_as_the_province(visit("administrator"), demo, number)


def screen(there: Watched) -> None:
    """The firm against the eight conditions: what is unknown is named, not refused."""
    there.open(f"/enterprises/{USCC}/verdicts/high-tech-enterprise")
    main = there.page.locator("main")
    expect(main).to_contain_text("第十一条（一）")
    expect(main).to_contain_text("第十一条（八）")
    sound(there)


def lead_to_review(there: Watched, demo: Demo, number: str) -> None:
    page = there.page
    for action in ("confirm-intent", "start-preparation", "start-filing"):
        step(there, number, action)
    demo.supply(number, "submit")
    step(there, number, "submit")
    expect(page.locator("[aria-current=step]").first).to_contain_text("市局审查")
    page.locator("a[href*='/milestones/']").first.click()
    page.get_by_role("button", name="完成").first.click()
    expect(page.locator("main")).to_contain_text("已完成")
    sound(there)


def give_an_expert(there: Watched) -> None:
    page = there.page
    there.open("/commissioners/EXP000001/agreements/new")
    page.fill("#f-uscc", USCC)
    page.fill("#f-starts_on", today(utc_now()).isoformat())
    page.fill("#f-ends_on", f"{today(utc_now()).year + 1}-12-31")
    page.check("#f-mode")
    page.check("#f-programme_code")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/commissioners/EXP000001$"))
    there.open(f"/enterprises/{USCC}")
    expect(page.locator("main")).to_contain_text("王甲（示例）")
    sound(there)


def look_up_as_a_stranger(there: Watched, number: str, code: str) -> None:
    page = there.page
    for given in ("WRONGCODE9", code):
        there.open("/status")
        page.fill("[name=number]", number)
        page.fill("[name=code]", given)
        page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("市科技局正在审查")
    sound(there)


def join_as_the_firm(officer: Watched, firm: Watched, number: str) -> None:
    officer.open(f"/enterprises/{USCC}/portal-users")
    officer.page.fill("#f-name", "周（示例）")
    officer.page.get_by_role("button", name="生成邀请链接").click()
    link = officer.page.locator("[data-secret]").inner_text().strip()
    page = firm.page
    firm.open(re.sub(r"^https?://[^/]+", "", link))
    for name, value in (
        ("name", "周（示例）"),
        ("login", "fanwanhu"),
        ("password", "a long password"),
        ("repeat", "a long password"),
    ):
        page.fill(f"#f-{name}", value)
    page.get_by_role("button", name="开通并登录").click()
    page.wait_for_url(re.compile("/portal$"))
    for text in (number, "市科技局正在审查", "离达标还差什么", "王甲（示例）"):
        expect(page.locator("body")).to_contain_text(text)
    sound(firm)


def finish(there: Watched, demo: Demo, number: str) -> None:
    page = there.page
    demo.supply(number, "recommend")
    for action in ("recommend", "to-joint-review", "to-experts", "to-publicity", "file"):
        step(there, number, action)
    step(there, number, "certify", v_certificate_number="GR202142099999", v_issued_on=today(utc_now()).isoformat())
    there.open(f"/enterprises/{USCC}/certificates")
    expect(page.locator("main")).to_contain_text("GR202142099999")
    sound(there)


def see_the_incentive(there: Watched) -> None:
    there.open(f"/enterprises/{USCC}")
    main = there.page.locator("main")
    expect(main).to_contain_text("高新技术企业认定奖励")
    expect(main).to_contain_text("以主管部门审定为准")
    sound(there)


def pull_as_the_province(there: Watched, demo: Demo, number: str) -> None:
    page = there.page
    there.open("/system/clients")
    page.fill("#f-name", "省平台（示例）")
    page.check("[name=scopes][value='export:read']")
    page.get_by_role("button", name="新建").click()
    client_id, secret = (page.locator("[data-secret]").nth(index).inner_text().strip() for index in (0, 1))
    with httpx2.Client(base_url=demo.server.url) as client:
        token = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)).json()
        client.headers["authorization"] = f"Bearer {token['access_token']}"
        firm = client.get(f"/api/v1/enterprises/{USCC}").json()
        assert firm["name"] == NAME
        assert [certificate["number"] for certificate in firm["certificates"]] == ["GR202142099999"]
        cases = client.get("/api/v1/export/cases.ndjson").text
        assert f'"number":"{number}"' in cases
