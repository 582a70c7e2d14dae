from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise, EnterpriseTag, FormerCode, YearlyFigures
from app.journal.models import JournalEvent
from tests.factories.enterprises import fictional_code, firm, wrong_code
from tests.support.client import Client
from tests.support.forms import form_to
from tests.support.markup import flat

SignIn = Callable[..., Client]
PAYLOAD = "<script>alert(1)</script>'\"; drop table enterprise; --"
TABS = ["", "/figures", "/properties", "/products", "/conversions", "/compliance", "/contacts", "/timeline"]
NEW = {"name": "泽口新材（示例）", "uscc": fictional_code(800_000), "region_code": "429005007"}

PARTS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "figures": (
        {
            "year": "2020",
            "basis": "HTE",
            "source": "special_audit",
            "sales_revenue": "8640.5",
            "staff_average": "142.5",
        },
        {"rd_direct": "-1"},
        "8,640.5",
    ),
    "properties": (
        {"kind_code": "utility_model", "number": "ZL2020", "name": "一种装置", "granted_on": "2020-01-01"},
        {"granted_on": "2021-02-30"},
        "一种装置",
    ),
    "products": ({"name": "牛磺酸", "year": "2020", "revenue": "500", "is_main": "1"}, {"year": "abc"}, "牛磺酸"),
    "conversions": ({"title": "新工艺", "year": "2020", "outcome": "new_product"}, {"outcome": "magic"}, "新工艺"),
    "standards": (
        {"title": "牛磺酸标准", "year": "2020", "level": "industry", "role": "led", "recognised": "false"},
        {"level": ""},
        "牛磺酸标准",
    ),
    "compliance": (
        {"happened_on": "2021-01-02", "kind": "safety_accident", "severity": "ordinary", "summary": "小火"},
        {"happened_on": "2999-01-01"},
        "小火",
    ),
    "certificates": (
        {
            "kind": "high-tech-enterprise",
            "number": "GR202042000001",
            "issued_on": "2020-12-01",
            "expires_on": "2023-12-01",
        },
        {"expires_on": "2019-12-01"},
        "GR202042000001",
    ),
    "contacts": ({"name": "王芳（示例）", "phone": "13800000000"}, {"email": "nobody"}, "王芳（示例）"),
}


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("role", ["caseworker", "leader"])
def test_every_tab_opens(sign_in: SignIn, session: Session, tab: str, role: str) -> None:
    one = firm(session, "楚泽牛磺酸")
    page = sign_in(role=role).get(f"/enterprises/{one.uscc}{tab}")
    assert page.status_code == 200
    assert "楚泽牛磺酸（示例）" in page.text
    assert ("/edit" in page.text or "/new" in page.text) is (
        role == "caseworker" and tab not in ("/timeline",)
    ) or not tab


@pytest.mark.parametrize("tab", [*TABS, "/edit", "/tags", "/confirm-code", "/figures/new"])
def test_firms_of_other_regions_are_not_found(sign_in: SignIn, session: Session, tab: str) -> None:
    other = firm(session, "武汉丙", region_code="420111")
    assert sign_in().get(f"/enterprises/{other.uscc}{tab}").status_code == 404


@pytest.mark.parametrize("uscc", ["nonsense", "'; drop table", "%00", "91429099MAZZZZZZZZ", "x" * 500])
def test_what_is_no_firm_is_not_found(sign_in: SignIn, uscc: str) -> None:
    assert sign_in().get(f"/enterprises/{uscc}").status_code == 404


def test_an_old_code_leads_to_the_firm(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    session.add(FormerCode(enterprise_id=one.id, uscc=fictional_code(900_000)))
    answer = sign_in().get(f"/enterprises/{fictional_code(900_000).lower()}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/enterprises/{one.uscc}")


# -- registering -------------------------------------------------------------------------------------------------------------


def test_a_firm_is_registered(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    page = client.submit("/enterprises/new", NEW | {"capital": "1,200.5", "registered_on": "2015-03-02"}, follow=True)
    assert page.status_code == 200
    assert "1,200.5 万元" in page.text
    assert session.scalar(select(func.count()).where(JournalEvent.type == "enterprise.created")) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"uscc": "91429099MAO0000000"}, "第 11 位是“O”"),
        ({"uscc": "9142909"}, "应为 18 位"),
        ({"uscc": ""}, "请填写此项"),
        ({"name": ""}, "请填写此项"),
        ({"region_code": ""}, "请选择所在区域"),
        ({"registered_on": "2021-02-30"}, "日期不存在"),
        ({"registered_on": "1200-02-01"}, "合理范围"),
        ({"capital": "-5"}, "不能为负数"),
        ({"capital": "很多"}, "不是金额"),
        ({"industry_code": "nope"}, "代码表中没有"),
    ],
)
def test_bad_input_is_shown_beside_its_field(
    sign_in: SignIn, session: Session, given: dict[str, str], message: str
) -> None:
    page = sign_in().submit("/enterprises/new", NEW | given)
    assert page.status_code == 422
    assert message in page.text
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 0


def test_a_wrong_check_character_asks_for_a_reason(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    page = client.submit("/enterprises/new", NEW | {"uscc": wrong_code(5)})
    assert page.status_code == 422
    assert "校验码不符" in page.text
    assert 'name="uscc_note"' in page.text
    page = client.submit("/enterprises/new", NEW | {"uscc": wrong_code(5), "uscc_note": "原件如此"}, follow=True)
    assert "原件如此" in page.text


def test_a_taken_code_leads_to_its_firm(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    page = sign_in().submit("/enterprises/new", NEW | {"uscc": one.uscc})
    assert page.status_code == 422
    assert f'href="/enterprises/{one.uscc}"' in page.text


def test_the_address_proposes_a_region(sign_in: SignIn) -> None:
    page = sign_in().submit("/enterprises/new", NEW | {"region_code": "", "address": "潜江市园林办事处红军路7号"})
    assert "潜江市园林街道" in page.text
    assert '<option value="429005001" selected>' in page.text


def test_a_form_acts_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    opened = client.get("/enterprises/new").text
    tokens = {name: opened.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "once_token")}
    answers = [client.post("/enterprises/new", data=NEW | tokens) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert session.scalar(select(func.count()).select_from(Enterprise)) == 1


def test_payloads_in_every_field_are_inert(sign_in: SignIn, session: Session) -> None:
    client = sign_in()
    texts = ("name", "kind", "legal_representative", "field_detail", "address", "business_scope")
    answer = client.submit("/enterprises/new", NEW | dict.fromkeys(texts, PAYLOAD))
    assert answer.status_code == 303
    for path in (answer.headers["location"], "/enterprises?cols=legal&cols=address", "/search?q=script"):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text


# -- changing ------------------------------------------------------------------------------------------------------------------


def test_an_edit_is_kept_and_told(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸", capital_fen=1_200_500_000, capital_currency="CNY")
    client = sign_in()
    page = client.submit(f"/enterprises/{one.uscc}/edit", {"region_code": "429005107", "scale": "small"}, follow=True)
    assert "已保存" in page.text
    page = client.get(f"/enterprises/{one.uscc}/timeline")
    assert "潜江市积玉口镇" in page.text
    assert "小型" in page.text
    assert session.scalar(select(Enterprise.capital_fen)) == 1_200_500_000


def test_nothing_changed_is_said_so(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    page = sign_in().submit(f"/enterprises/{one.uscc}/edit", {}, follow=True)
    assert "没有改动" in page.text
    assert session.scalar(select(Enterprise.version)) == 1


def test_a_form_that_tells_not_what_it_began_with_shows_both_values(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    client = sign_in()
    client.submit(f"/enterprises/{one.uscc}/edit", {"scale": "medium"})
    page = client.submit(f"/enterprises/{one.uscc}/edit", {"scale": "small", "version": "1", "was": ""})
    assert page.status_code == 422
    assert "中型" in page.text and "小型" in page.text
    assert 'name="version" value="2"' in page.text


def test_leaders_do_not_reach_forms(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    client = sign_in(role="leader")
    for path in ("edit", "tags", "figures/new", "confirm-code", "code"):
        assert client.get(f"/enterprises/{one.uscc}/{path}").status_code == 403
    assert client.get("/enterprises/new").status_code == 403


def test_tags_are_chosen(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    client = sign_in()
    data = {
        "tag": ["gazelle", "hidden_champion"],
        "granted_on_gazelle": "2021-01-01",
        "expires_on_gazelle": "2099-12-31",
    }
    assert "瞪羚" in client.submit(f"/enterprises/{one.uscc}/tags", data, follow=True).text
    assert session.scalar(select(func.count()).select_from(EnterpriseTag)) == 2
    page = client.submit(f"/enterprises/{one.uscc}/tags", {"tag": ["gazelle"], "granted_on_gazelle": "2021-02-30"})
    assert page.status_code == 422
    assert "日期不存在" in page.text
    assert client.submit(f"/enterprises/{one.uscc}/tags", {"tag": ["nonsense"]}).status_code == 422


def test_a_waiting_code_is_confirmed(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸", uscc=wrong_code(7), uscc_confirmed=False)
    client = sign_in()
    assert "confirm-code" in client.get(f"/enterprises/{one.uscc}").text
    assert client.submit(f"/enterprises/{one.uscc}/confirm-code", {"reason": ""}).status_code == 422
    page = client.submit(f"/enterprises/{one.uscc}/confirm-code", {"reason": "已核对原件"}, follow=True)
    assert "已核对原件" in page.text


def test_a_code_is_changed_by_a_head(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    client = sign_in(role="section_head")
    assert client.submit(f"/enterprises/{one.uscc}/code", {"uscc": "123"}).status_code == 422
    answer = client.submit(f"/enterprises/{one.uscc}/code", {"uscc": fictional_code(910_000)})
    assert answer.headers["location"] == f"/enterprises/{fictional_code(910_000)}"


def test_retiring_needs_a_reason_and_can_be_undone(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    url, client = f"/enterprises/{one.uscc}", sign_in(role="section_head")
    assert "请写明停用原因" in client.submit(url, {"reason": ""}, to=f"{url}/retire", follow=True).text
    assert "已停用" in client.submit(url, {"reason": "注销"}, to=f"{url}/retire", follow=True).text
    assert one.name not in client.get("/enterprises").text
    assert one.name in client.get("/enterprises?retired=1").text
    assert "已恢复" in client.submit(url, {}, to=f"{url}/restore", follow=True).text


# -- records below a firm --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", list(PARTS))
def test_a_record_lives_from_form_to_form(sign_in: SignIn, session: Session, slug: str) -> None:
    one = firm(session, "楚泽牛磺酸")
    base, client = f"/enterprises/{one.uscc}/{slug}", sign_in()
    good, bad, shown = PARTS[slug]
    refused = client.submit(f"{base}/new", good | bad)
    assert refused.status_code == 422
    assert "error-summary" in refused.text
    page = client.submit(f"{base}/new", good, follow=True)
    assert shown in page.text
    assert client.submit(f"{base}/1/edit", {}, follow=True).status_code == 200
    opened = client.get(f"{base}/1/edit")
    tokens = {
        name: values[0] for name, values in form_to(opened.text, f"{base}/1/edit").fields.items() if "token" in name
    }
    assert client.post(f"{base}/1/edit", data=tokens | {"seen": "stale"} | good).status_code == 422
    assert opened.status_code == 200
    page = client.submit(f"{base}/1/edit", {}, to=f"{base}/1/remove", follow=True)
    assert "已移除" in page.text
    types = session.scalars(select(JournalEvent.type).order_by(JournalEvent.position)).all()
    assert [kind.rpartition("_")[2] for kind in types[-2:]] == ["added", "removed"]


@pytest.mark.parametrize("slug", list(PARTS))
def test_payloads_in_records_are_inert(sign_in: SignIn, session: Session, slug: str) -> None:
    one = firm(session, "楚泽牛磺酸")
    base, client = f"/enterprises/{one.uscc}/{slug}", sign_in()
    good = PARTS[slug][0]
    texts = {name: PAYLOAD for name in ("name", "title", "number", "summary", "source", "note") if name in good}
    if slug == "figures":
        texts = {"note": PAYLOAD}
    answer = client.submit(f"{base}/new", good | texts, follow=True)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<script>alert" not in client.get(f"/enterprises/{one.uscc}/timeline").text


def test_a_record_of_another_firm_is_not_reached(sign_in: SignIn, session: Session) -> None:
    one, other = firm(session, "楚泽牛磺酸"), firm(session, "江汉石英")
    client = sign_in()
    client.submit(f"/enterprises/{one.uscc}/contacts/new", PARTS["contacts"][0])
    assert client.get(f"/enterprises/{other.uscc}/contacts/1/edit").status_code == 404
    assert client.get(f"/enterprises/{one.uscc}/contacts/{2**70}/edit").status_code in (404, 422)
    assert client.get(f"/enterprises/{one.uscc}/nonsense/new").status_code in (404, 422)


def test_figures_that_look_wrong_are_saved_with_a_word(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    data = {"year": "2020", "basis": "HTE", "source": "special_audit", "sales_revenue": "10", "rd_direct": "20"}
    page = sign_in().submit(f"/enterprises/{one.uscc}/figures/new", data, follow=True)
    assert "研发费用大于销售收入" in page.text
    assert session.scalar(select(YearlyFigures.rd_direct_fen)) == 20_000_000


def test_a_product_names_its_rights(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    base, client = f"/enterprises/{one.uscc}", sign_in()
    client.submit(f"{base}/properties/new", PARTS["properties"][0])
    page = client.submit(f"{base}/products/new", PARTS["products"][0] | {"properties": ["1"]}, follow=True)
    assert "ZL2020" in page.text
    assert 'value="1" id="f-properties" checked' in flat(client.get(f"{base}/products/1/edit").text)


# -- the search box --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["牛磺", "czn", "czniuhuang", "CZNHS"])
def test_the_search_box_finds_a_firm(sign_in: SignIn, session: Session, query: str) -> None:
    firm(session, "楚泽牛磺酸")
    client = sign_in()
    found = query != "czniuhuang"
    assert ("楚泽牛磺酸（示例）" in client.get(f"/search?q={query}").text) is found
    assert ("楚泽牛磺酸（示例）" in client.get(f"/search/suggest?q={query}").text) is found


def test_a_whole_code_opens_its_firm(sign_in: SignIn, session: Session) -> None:
    one = firm(session, "楚泽牛磺酸")
    assert sign_in().get(f"/search?q={one.uscc.lower()}").headers["location"] == f"/enterprises/{one.uscc}"


@pytest.mark.parametrize("query", ["", " ", "%", "%00", "<script>", "x" * 5_000, "' or 1=1"])
def test_the_search_box_survives_anything(sign_in: SignIn, session: Session, query: str) -> None:
    firm(session, "楚泽牛磺酸")
    client = sign_in()
    for path in ("/search", "/search/suggest"):
        page = client.get(f"{path}?q={query}")
        assert page.status_code == 200
        assert "<script>" not in page.text


def test_the_record_costs_the_same_for_few_and_many(
    sign_in: SignIn, session: Session, count_queries: Callable[[], Any]
) -> None:
    one = firm(session, "楚泽牛磺酸")
    client, costs = sign_in(), []
    for year in (2020, 2019):
        client.submit(
            f"/enterprises/{one.uscc}/figures/new",
            {"year": str(year), "basis": "HTE", "source": "special_audit", "sales_revenue": "1"},
        )
        client.get(f"/enterprises/{one.uscc}/figures")
        with count_queries() as sent:
            client.get(f"/enterprises/{one.uscc}/figures")
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_two_browsers_change_one_years_figures(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session
) -> None:
    where = firm(session, "潜江甲")
    base, one, two = f"/enterprises/{where.uscc}/figures", sign_in(), sign_in(client=new_client())
    given = {"year": "2020", "basis": "HTE", "source": "special_audit", "sales_revenue": "1000", "unit": "万元"}
    assert one.submit(f"{base}/new", given).status_code == 303
    row = session.scalars(select(YearlyFigures)).one()
    url = f"{base}/{row.id}/edit"
    mine, theirs = (
        {name: values[0] for name, values in form_to(client.get(url).text, url).fields.items()} for client in (one, two)
    )
    assert one.post(url, data=mine | {"total_income": "1200", "rd_personnel": "50"}).status_code == 303
    assert (
        two.post(url, data=theirs | {"net_assets": "8000000", "unit": "元", "sales_revenue": "10000000"}).status_code
        == 303
    )
    late = {name: text for name, text in theirs.items() if name != "once_token"}
    clash = two.post(url, data=late | {"total_income": "1300", "net_assets": "800", "note": "年报"})
    assert clash.status_code == 422
    for text in ("总收入", "1,200", "1,300", "他人改为"):
        assert text in clash.text
    asked = {name: values[0] for name, values in form_to(clash.text, url).fields.items()}
    assert two.post(url, data=asked | {"choose-total_income": "theirs"}).status_code == 303
    session.expire_all()
    row = session.scalars(select(YearlyFigures)).one()
    assert (row.sales_revenue_fen, row.total_income_fen) == (1_000_000_000, 1_200_000_000)
    assert (row.net_assets_fen, row.rd_personnel_fen, row.note) == (800_000_000, 50_000_000, "年报")
