"""The pages of sweeps, as a browser meets them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.config import Settings
from app.enterprises.models import Enterprise, YearlyFigures
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit.clock import today, utc_now
from app.policies.models import Sweep, SweepLine
from app.web.sweeps import cases as sweep_cases
from app.web.sweeps.lines import LIST
from tests.factories.enterprises import NOW, firm, many_firms
from tests.policies.support import CODE
from tests.support.client import Client
from tests.support.merges import merged

SignIn = Callable[..., Client]
SWEEPS = "/policies/sweeps"
PAYLOAD = "<script>alert(1)</script>'\"; drop table sweep; --"


@pytest.fixture
def work(app: Any, settings: Settings) -> Callable[[], int]:
    """Does what the server's worker would."""

    def run() -> int:
        return Worker(
            JobContext(app.state.database, settings.data_dir), kinds_of(app.state.database.composition)
        ).run_waiting()

    return run


@pytest.fixture
def swept(sign_in: SignIn, work: Callable[[], int]) -> Callable[[], tuple[Client, str]]:
    """`swept()`: a caseworker sweeps the county; returns the client and the address of the result."""

    def sweep() -> tuple[Client, str]:
        client = sign_in()
        answer = client.submit(SWEEPS, {"on": today(utc_now()).isoformat(), "region": "429005"})
        assert answer.status_code == 303, answer.text
        assert work() == 1
        return client, str(answer.headers["location"])

    return sweep


@pytest.fixture
def few(session: Session) -> Enterprise:
    """A firm with too few R&D staff: five are lacking."""
    one = firm(session, "楚泽牛磺酸", field_code="405")
    figures = YearlyFigures(
        enterprise_id=one.id,
        year=today(utc_now()).year - 1,
        basis="HTE",
        source="special_audit",
        updated_at=NOW,
        staff_average_e4=1_000_000,
        rd_staff_average_e4=50_000,
    )
    session.add(figures)
    session.flush()
    return one


# -- starting, progress, result -------------------------------------------------------------------------------------------


def test_firms_that_are_gone_are_left_out_and_it_is_said_how_many(
    session: Session, swept: Callable[[], tuple[Client, str]], few: Enterprise
) -> None:
    firm(session, "浩口旧厂", business_status="struck_off")
    firm(session, "汉阳旧厂", business_status="revoked", region_code="420105")
    firm(session, "泽口新厂", business_status="in_business")
    client, url = swept()
    page = client.get(url).text
    assert "共 2 家企业" in page
    assert "浩口旧厂" not in page and "另有 1 家已注销、吊销或迁出的企业" in page
    listed = client.get("/enterprises?status=gone&region=429005").text
    assert "status=gone&amp;region=429005" in page and "浩口旧厂" in listed and "泽口新厂" not in listed


def test_a_firm_that_became_part_of_another_leaves_the_list_and_it_is_said(
    session: Session, swept: Callable[[], tuple[Client, str]], few: Enterprise
) -> None:
    other = firm(session, "楚泽牛磺酸二厂")
    client, url = swept()
    assert "并入了其他企业" not in client.get(url).text
    merged(session, few, other, now=utc_now())
    page = client.get(url).text
    assert "共 2 家企业" in page and "摸底之后有 1 家并入了其他企业" in page and "楚泽牛磺酸二厂" not in page


def test_the_whole_way_from_start_to_result(sign_in: SignIn, work: Callable[[], int], few: Enterprise) -> None:
    client = sign_in()
    assert "还没有摸底过" in client.get(SWEEPS).text
    answer = client.submit(SWEEPS, {"region": "429005"})
    url = answer.headers["location"]
    waiting = client.get(url).text
    assert "等待开始" in waiting and f'hx-get="{url}/progress"' in waiting
    assert "HX-Refresh" not in client.get(f"{url}/progress").headers
    work()
    assert client.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    page = client.get(f"{url}?policy={CODE}").text
    assert "楚泽牛磺酸（示例）" in page and "还差 5 人" in page and "第一次摸底" in page
    assert f"/enterprises/{few.uscc}/verdicts/{CODE}?on=" in page
    assert f"{url}?policy={CODE}&amp;standing=one" in page
    assert url in client.get(SWEEPS).text
    client.post_form("/language", {"locale": "en", "next": url})
    english = client.get(f"{url}?policy={CODE}").text
    assert "5 people short" in english and "Nearest" not in english and "nearest first" in english


def test_what_changed_is_told(swept: Callable[[], tuple[Client, str]], session: Session, few: Enterprise) -> None:
    swept()
    session.execute(update(YearlyFigures).values(rd_staff_average_e4=100_000))
    client, url = swept()
    page = client.get(f"{url}?policy={CODE}&standing=changed").text
    assert "相比：新达标 0 家，不再达标 0 家，共 1 家结果不同" in page
    assert "↑ 未达标 → 待定" in page


def test_a_leader_reads_and_does_not_start(
    sign_in: SignIn, swept: Callable[[], tuple[Client, str]], few: Enterprise
) -> None:
    _client, url = swept()
    leader = sign_in("leader")
    assert leader.get(url).status_code == leader.get(SWEEPS).status_code == 200
    assert "开始摸底</button>" not in leader.get(SWEEPS).text and "为勾选的立案" not in leader.get(url).text
    for path in (SWEEPS, f"{url}/stop", f"{url}/resume", f"{url}/cases/order"):
        assert leader.post_form(path, {"on": "2021-06-30"}).status_code == 403
    assert leader.get(f"{url}/cases?policy={CODE}&which=all").status_code == 403


def test_another_county_sees_nothing(sign_in: SignIn, swept: Callable[[], tuple[Client, str]], few: Enterprise) -> None:
    _client, url = swept()
    stranger = sign_in(region="429006")
    assert url not in stranger.get(SWEEPS).text
    for path in (url, f"{url}/progress", f"{url}/export.csv", f"{url}/cases?policy={CODE}&which=all"):
        assert stranger.get(path).status_code == 404


def test_a_township_reads_its_own_part_of_a_wider_sweep(
    sign_in: SignIn, swept: Callable[[], tuple[Client, str]], session: Session, few: Enterprise
) -> None:
    firm(session, "浩口铸造", region_code="429005111")
    client, url = swept()
    assert "共 2 家企业" in client.get(url).text
    township = sign_in(region="429005111")
    page = township.get(url).text
    assert "共 1 家企业" in page and "浩口铸造" in page and few.name not in page
    assert '<td class="num" data-label="企业">1</td>' in township.get(SWEEPS).text


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get(SWEEPS).status_code == 303


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"on": "2021-02-30", "region": "429005"}, "日期不存在"),
        ({"on": "", "region": "429005"}, "请填写此项"),
        ({"on": "1990-01-01", "region": "429005"}, "日期须在"),
        ({"on": "2021-06-30", "region": ""}, "辖区不允许"),
        ({"on": "2021-06-30", "region": "42"}, "辖区不允许"),
        ({"on": "2021-06-30", "region": "429005999"}, "没有这个区域"),
    ],
)
def test_a_wrong_order_is_told_on_the_form(sign_in: SignIn, given: dict[str, str], message: str) -> None:
    answer = sign_in().post_form(SWEEPS, given)
    assert answer.status_code == 422 and message in answer.text


def test_a_sweep_is_stopped_and_goes_on(sign_in: SignIn, work: Callable[[], int], few: Enterprise) -> None:
    client = sign_in()
    url = client.submit(SWEEPS, {"region": "429005"}).headers["location"]
    assert client.submit(url, to=f"{url}/stop").status_code == 303
    stopped = client.get(url).text
    assert "摸底没有做完" in stopped and "由人停止" in stopped
    assert client.get(f"{url}/export.csv").status_code == 404
    assert client.submit(url, to=f"{url}/resume").status_code == 303
    work()
    assert "楚泽牛磺酸（示例）" in client.get(f"{url}?policy={CODE}").text
    assert client.post_form(f"{url}/resume").status_code == 409


# -- the list ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("standing=one", True),
        ("standing=fails&sort=name", True),
        ("standing=passes", False),
        ("standing=lapses", False),
        ("standing=nonsense", True),
        ("missing=ip_class1", True),
        ("missing=registered_on", False),
        ("region=429005001", True),
        ("region=429005007", False),
        ("q=cznhs", True),
        ("q=武汉", False),
        ("sort=nonsense", True),
    ],
)
def test_filters_live_in_the_address(
    swept: Callable[[], tuple[Client, str]], few: Enterprise, query: str, *, shown: bool
) -> None:
    client, url = swept()
    page = client.get(f"{url}?policy={CODE}&{query}")
    assert page.status_code == 200
    assert ("楚泽牛磺酸（示例）" in page.text) is shown
    assert ("没有符合条件的企业" in page.text) is not shown


@pytest.mark.parametrize("name", ["policy", "standing", "missing", "region", "q", "sort"])
def test_the_address_cannot_harm(swept: Callable[[], tuple[Client, str]], few: Enterprise, name: str) -> None:
    client, url = swept()
    page = client.get(url, params={name: PAYLOAD})
    assert page.status_code == 200 and PAYLOAD not in page.text
    assert client.get(url, params={"cursor": PAYLOAD}).status_code == 422


def test_what_is_filtered_is_exported_and_journalled(
    swept: Callable[[], tuple[Client, str]], session: Session, few: Enterprise
) -> None:
    firm(session, "龙湾")
    client, url = swept()
    table = client.get(f"{url}/export.csv?policy={CODE}&standing=one")
    rows = table.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and rows[0].startswith("企业名称,统一社会信用代码") and "还差 5 人" in rows[1]
    assert client.get(f"{url}/export.xlsx?policy={CODE}").content.startswith(b"PK")
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "export.list")).all()
    assert [event.data["rows"] for event in events] == [1, 2]
    assert events[0].data["filter"] == f"policy={CODE}&standing=one"


@pytest.mark.parametrize("sort", ["nearest", "name"])
def test_pages_follow_each_other(
    swept: Callable[[], tuple[Client, str]], session: Session, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    many_firms(session, 7)
    monkeypatch.setattr("app.web.sweeps.lines.LIST", replace(LIST, size=3))
    client, url = swept()
    address: str | None = f"{url}?policy={CODE}&sort={sort}"
    seen: list[str] = []
    while address:
        page = client.get(address).text
        seen += [part.split('"')[0] for part in page.split('name="firm" value="')[1:]]
        address = (
            page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else None
        )
    assert len(seen) == len(set(seen)) == 7


def test_a_page_costs_the_same_for_many(
    swept: Callable[[], tuple[Client, str]], session: Session, count_queries: Callable[[], Any]
) -> None:
    swept()
    costs = []
    for more in (60, 40):  # a list of one page is not counted
        many_firms(session, more)
        client, url = swept()
        client.get(url)
        with count_queries() as sent:
            client.get(url)
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 14


# -- cases ------------------------------------------------------------------------------------------------------------------


def open_cases(client: Client, url: str, query: str, work: Callable[[], int]) -> str:
    """Preview, confirm, work; returns the page of the result."""
    answer = client.submit(f"{url}/cases?policy={CODE}&{query}", to=f"{url}/cases/order")
    assert answer.status_code == 303, answer.text
    work()
    return str(client.get(answer.headers["location"]).text)


def test_cases_are_opened_for_the_ticked_firms_one_by_one(
    swept: Callable[[], tuple[Client, str]], session: Session, work: Callable[[], int], few: Enterprise
) -> None:
    retired, other = firm(session, "龙湾"), firm(session, "浩口")
    client, url = swept()
    session.execute(update(Enterprise).where(Enterprise.id == retired.id).values(disabled_on=today(utc_now())))
    preview = client.get(f"{url}/cases?policy={CODE}&which=all").text
    assert "可以立案 2 家" in preview and "不能立案 1 家" in preview and "该企业已停用" in preview
    assert session.scalar(select(func.count()).select_from(CaseFile)) == 0
    result = open_cases(client, url, f"which=ticked&firm={few.uscc}", work)
    number = session.scalars(select(CaseFile.number)).one()
    assert f'href="/cases/{number}"' in result and "楚泽牛磺酸（示例）" in result
    assert "由此批量立案" in client.get(url).text
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "case.opened")).all()
    assert [event.enterprise_id for event in events] == [few.id]
    again = client.get(f"{url}/cases?policy={CODE}&which=ticked&firm={few.uscc}&firm={other.uscc}").text
    assert "可以立案 1 家" in again and f"已有在办件 {number}" in again


def test_a_firm_that_meanwhile_has_a_case_is_told_in_the_result(
    swept: Callable[[], tuple[Client, str]], session: Session, work: Callable[[], int], few: Enterprise
) -> None:
    client, url = swept()
    order = client.submit(f"{url}/cases?policy={CODE}&which=all", to=f"{url}/cases/order").headers["location"]
    open_cases(client, url, "which=all", lambda: 0)
    waiting = client.get(order).text
    assert f'hx-get="{order}/progress"' in waiting and "可以离开本页，立案在后台继续，不会重复立案。" in waiting
    assert "HX-Refresh" not in client.get(f"{order}/progress").headers
    work()
    second = session.scalars(select(Job.id).where(Job.kind == "open-cases").order_by(Job.id.desc())).first()
    page = client.get(f"{url}/cases/{second}").text
    assert "未能立案" in page and "已有在办件" in page
    client.post_form("/language", {"locale": "en", "next": url})
    assert "Not opened" in client.get(f"{url}/cases/{second}").text
    assert session.scalar(select(func.count()).select_from(CaseFile)) == 1


def test_nothing_ticked_and_too_many_are_told(
    swept: Callable[[], tuple[Client, str]], few: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = swept()
    none = client.get(f"{url}/cases?policy={CODE}&standing=one", follow_redirects=True)
    assert "请先勾选企业" in none.text and "standing=one" in str(none.url)
    monkeypatch.setattr(sweep_cases, "MOST_AT_ONCE", 0)
    many = client.get(f"{url}/cases?policy={CODE}&which=all", follow_redirects=True)
    assert "请先用筛选缩小范围" in many.text


@pytest.mark.parametrize(
    "given", [{"year": "x"}, {"year": "1999"}, {"officer_id": "x"}, {"firm": ["nobody"]}, {"firm": []}, {"policy": ""}]
)
def test_a_wrong_order_opens_nothing(
    swept: Callable[[], tuple[Client, str]], session: Session, few: Enterprise, given: dict[str, Any]
) -> None:
    client, url = swept()
    order = {"policy": CODE, "year": str(today(utc_now()).year), "firm": [few.uscc]} | given
    assert client.post_form(f"{url}/cases/order", order).status_code == 422
    assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "open-cases")) == 0


@pytest.mark.parametrize("query", ["year=2001&which=all", "officer_id=99999&which=all", "round=none&which=all"])
def test_a_choice_that_does_not_fit_is_the_reason(
    swept: Callable[[], tuple[Client, str]], few: Enterprise, query: str
) -> None:
    client, url = swept()
    page = client.get(f"{url}/cases?policy={CODE}&{query}")
    assert page.status_code == 200 and "不能立案 1 家" in page.text and "没有可以立案的企业" in page.text


def test_a_policy_without_a_programme_offers_no_cases(
    swept: Callable[[], tuple[Client, str]], session: Session, few: Enterprise
) -> None:
    client, url = swept()
    assert "technical-upgrade-funding" in session.scalars(select(Sweep)).one().versions
    assert "为勾选的立案" not in client.get(f"{url}?policy=technical-upgrade-funding").text
    assert client.get(f"{url}/cases?policy=technical-upgrade-funding&which=all").status_code == 404


def test_lines_of_a_pruned_sweep_are_gone(
    swept: Callable[[], tuple[Client, str]], session: Session, few: Enterprise
) -> None:
    client, url = swept()
    one = session.scalars(select(Sweep)).one()
    one.counts = {**one.counts, "pruned": True}
    session.query(SweepLine).delete()
    page = client.get(url)
    assert page.status_code == 200 and "只留下汇总" in page.text and "导出" not in page.text
