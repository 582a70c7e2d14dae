"""The pictures of the README, taken from a fresh demo: `.venv/bin/python tools/screenshots.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from app.accounts.domain import DEMO_PASSWORD  # noqa: E402
from benchmarks.world import make_world, serving  # noqa: E402
from tests.factories.enterprises import wrong_code  # noqa: E402
from tests.factories.ledgers import write_ledger  # noqa: E402
from tests.factories.lists import firm_row, write_list  # noqa: E402
from tests.support.browser import launch  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
DESK, PHONE = (1366, 820), (390, 844)


def sign_in(browser: Browser, base: str, login: str, size: tuple[int, int]) -> Page:
    """A window in which `login` is signed in."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN").new_page()
    page.goto(base + ("/portal/sign-in" if login == "qiye" else "/sign-in"))
    page.fill("[name=login]", login)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def shoot(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def officer_pictures(browser: Browser, base: str, scratch: Path) -> None:
    """Desk, case, board, firm, vault, verdict, sweep, what-if, exchange and import."""
    page = sign_in(browser, base, "wang", DESK)
    shoot(page, "desk")
    page.goto(f"{base}/cases?programme=high-tech-enterprise")
    page.locator("main a[href^='/cases/QJ-GQ']").first.click()
    shoot(page, "case")
    found = re.search(r"/enterprises/(\w{18})", page.content())
    assert found is not None
    page.goto(f"{base}/cases/board?programme=high-tech-enterprise")
    shoot(page, "board")
    page.goto(f"{base}/enterprises/{found[1]}")
    shoot(page, "enterprise")
    vault(page, base)
    page.goto(f"{base}/enterprises/{found[1]}/verdicts/high-tech-enterprise")
    shoot(page, "verdict")
    page.goto(f"{base}/policies/sweeps")
    page.locator("main table a[href^='/policies/sweeps/']").first.click()
    shoot(page, "sweep")
    page.goto(f"{base}/policies/high-tech-enterprise/what-if?p.score_needed=65")
    shoot(page, "what-if")
    page.goto(f"{base}/exchange?period=month")
    shoot(page, "exchange")
    page.goto(f"{base}/imports/new")
    page.get_by_label("整本台账").check()
    page.set_input_files("#f-file", write_ledger(scratch / "科技局台账（示例）.xlsx"))
    page.get_by_role("button", name="上传并预览").click()
    shoot(page, "import")
    waiting_rows(page, base, scratch)
    duplicates(page, base, scratch)


def waiting_rows(page: Page, base: str, scratch: Path) -> None:
    """A list of which many rows wait, for two reasons; those of one are chosen and looked at together."""
    on_file = re.search(r"\b(9[0-9A-Z]{17})\b", page.goto(f"{base}/enterprises").text())  # type: ignore[union-attr]
    assert on_file is not None
    rows = [firm_row(7_000_100 + at, 统一社会信用代码=wrong_code(7_000_100 + at)) for at in range(6)]
    rows.append(firm_row(7_000_199, 统一社会信用代码=on_file[1], 企业名称="潜江市返湾精密机械有限公司（示例）"))
    page.goto(f"{base}/imports/new")
    page.set_input_files("#f-file", write_list(scratch / "各镇上报（示例）.xlsx", rows))
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name=re.compile("^开始导入")).click()
    page.get_by_role("link", name=re.compile("代码校验位不符")).click(timeout=60_000)
    page.locator("[data-pick]").first.check()
    page.locator("[data-pick]").nth(3).click(modifiers=["Shift"])
    shoot(page, "import-decisions")


def duplicates(page: Page, base: str, scratch: Path) -> None:
    """A list that names one firm twice, taken in: its pair waits; two records side by side; the hint while somebody types."""
    told = {
        "法人代表": "王若谷（示例）",
        "注册地址": "潜江市园林办事处示例路1号",
        "注册日期": "2012-03-05",
        "注册资金": "500(万元)",
    }
    names = ("潜江市楚禾粮油有限公司（示例）", "湖北楚和粮油有限责任公司（示例）")
    rows = [firm_row(7_000_010 + at, 企业名称=name, **told) for at, name in enumerate(names)]
    page.goto(f"{base}/imports/new")
    page.set_input_files("#f-file", write_list(scratch / "乡镇上报（示例）.xlsx", rows))
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name="开始导入").click()
    page.get_by_role("link", name="逐对查看").click(timeout=60_000)
    shoot(page, "duplicates")
    page.goto(f"{base}/enterprises/duplicates?reason=code")
    page.get_by_role("link", name="并排核对").first.click()
    page.keyboard.press("ArrowDown")
    shoot(page, "merge")
    page.goto(f"{base}/enterprises/new")
    page.fill("#f-name", names[0])
    page.locator("#likely a").first.wait_for()
    shoot(page, "likely")


def vault(page: Page, base: str) -> None:
    """The documents of a firm whose case is under correction: there is something to see."""
    page.goto(f"{base}/cases?programme=high-tech-enterprise&stage=correction")
    page.locator("main a[href^='/cases/QJ-GQ']").first.click()
    found = re.search(r"/enterprises/(\w{18})", page.content())
    assert found is not None
    page.goto(f"{base}/enterprises/{found[1]}/documents")
    shoot(page, "vault")


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with make_world("sqlite", 300) as world, serving(world) as base, sync_playwright() as playwright:
        browser = launch(playwright)
        officer_pictures(browser, base, world.folder)
        shoot(sign_in(browser, base, "qiye", PHONE), "portal")
        browser.close()


if __name__ == "__main__":
    main()
