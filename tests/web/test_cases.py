"""Casework over HTTP: the main job by its pages, what is refused, and that buttons and answers agree."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.kit import db
from app.kit.clock import today, utc_now
from tests.factories import cases
from tests.factories.supplies import supply
from tests.support import people
from tests.support.forms import forms_of
from tests.support.markup import flat

pytestmark = pytest.mark.usefixtures("noon")

TODAY = today(utc_now())


@pytest.fixture
def head(session):
    return people.officer(session, role="section_head")


def opened(session, head, **given):
    """A case opened just now, so that pages and services agree about today."""
    return cases.opened(session, head, utc_now(), **({"year": TODAY.year} | given))


def led_to(session, head, stage, **given):
    return cases.led_to(session, head, utc_now(), stage, **({"year": TODAY.year} | given))


def case_of(session, number):
    session.expire_all()
    return session.scalars(select(CaseFile).where(CaseFile.number == number)).one()


# -- opening -----------------------------------------------------------------------------------------------------------


def test_opening_shows_number_and_code_once(session, sign_in):
    firm = cases.firm(session)
    client = sign_in()
    answer = client.submit(
        f"/cases/new?enterprise={firm.uscc}&programme=high-tech-enterprise", {"year": str(TODAY.year)}, to="/cases/new"
    )
    assert answer.status_code == 200
    number = re.search(r"QJ-GQ-\d{4}-\d{4}", answer.text).group()
    code = re.search(r"<output data-secret>([A-Z0-9]{10})</output>", answer.text).group(1)
    assert code not in client.get(f"/cases/{number}/receipt").text
    assert code not in client.get(f"/cases/{number}").text
    assert case_of(session, number).officer_id is not None


def test_the_same_form_twice_opens_one_case(session, sign_in):
    firm, client = cases.firm(session), sign_in()
    form = next(f for f in forms_of(client.get("/cases/new").text) if f.action == "/cases/new")
    data = {name: values[0] for name, values in form.fields.items()} | {
        "uscc": firm.uscc,
        "programme": "high-tech-enterprise",
        "year": str(TODAY.year),
    }
    assert client.post("/cases/new", data=data).status_code == 200
    assert client.post("/cases/new", data=data).status_code == 303
    assert len(session.scalars(select(CaseFile)).all()) == 1


def test_refusals_stand_beside_their_fields(session, sign_in):
    client = sign_in()
    answer = client.submit("/cases/new", {"uscc": "91429099MA4NOSUCH1", "programme": "high-tech-enterprise"})
    assert answer.status_code == 422
    assert "没有找到该企业" in answer.text
    assert 'value="91429099MA4NOSUCH1"' in answer.text


def test_an_open_case_is_named_when_a_second_is_asked_for(session, sign_in, head):
    firm = cases.firm(session)
    number = opened(session, head, enterprise=firm).row.number
    answer = sign_in().submit(
        f"/cases/new?enterprise={firm.uscc}",
        {"programme": "high-tech-enterprise", "year": str(TODAY.year)},
        to="/cases/new",
    )
    assert answer.status_code == 422
    assert number in answer.text


def test_the_picker_finds_firms_of_the_own_region(session, sign_in):
    from app.enterprises.search_index import reindex

    here = cases.firm(session, "楚泽牛磺酸")
    there = cases.firm(session, "楚泽别处", region="429006001")
    reindex(session, [here.id, there.id])
    answer = sign_in().get("/enterprises/suggest?q=楚泽")
    assert here.uscc in answer.text
    assert there.uscc not in answer.text


# -- the record and its steps ------------------------------------------------------------------------------------------


def test_buttons_shown_are_steps_accepted(session, sign_in, head):
    """Every button of the page leads to a form that the server takes; every other step is refused."""
    case = led_to(session, head, "review")
    client = sign_in("section_head")
    held, shown = buttons_of(client, case)
    assert (held, shown) == ({"recommend"}, {"site-check", "return", "reject", "withdraw"})
    assert " disabled" in client.get(f"/cases/{case.number}/steps/recommend").text
    refused = client.post_form(f"/cases/{case.number}/steps/recommend", {"version": str(case.version)})
    assert refused.status_code == 422 and "形式审查意见" in refused.text
    for action in shown:
        assert client.get(f"/cases/{case.number}/steps/{action}").status_code == 200
    for action in ("submit", "certify", "no-such-step"):
        assert client.get(f"/cases/{case.number}/steps/{action}").status_code in (404, 409)
        answer = client.post_form(f"/cases/{case.number}/steps/{action}", {"version": str(case.version)})
        assert answer.status_code in (404, 409, 422)
    assert case_of(session, case.number).stage == "review"


def test_a_held_step_is_free_once_everything_lies_there(session, sign_in, head):
    case = led_to(session, head, "review")
    supply(session, head, utc_now(), case, "recommend")
    db.commit(session)
    client = sign_in("section_head")
    assert buttons_of(client, case) == (set(), {"site-check", "recommend", "return", "reject", "withdraw"})
    assert client.post_form(f"/cases/{case.number}/steps/recommend", {"version": str(case.version)}).status_code == 303
    assert case_of(session, case.number).stage == "recommended"


def buttons_of(client, case):
    """The steps that the page holds back, and those it offers, in place or on a page of their own."""
    page = flat(client.get(f"/cases/{case.number}").text)
    address = rf"/cases/{case.number}/steps/([a-z-]+)"
    held = set(re.findall(rf'href="{address}" aria-disabled="true"', page))
    return held, set(re.findall(rf'(?:action|href)="{address}"', page)) - held


def test_what_is_missing_is_a_list_of_links(session, sign_in, head):
    case = led_to(session, head, "filing")
    page = sign_in().get(f"/cases/{case.number}").text
    assert "进入“市局审查”还差" in page
    assert f'href="/cases/{case.number}#material-licence"' in page or f"/cases/{case.number}#material-" in page
    assert "现在需要" in page and "可选" in page


def test_approval_is_given_and_taken_back_on_the_page(session, sign_in, head):
    case = led_to(session, head, "review")
    client, address = sign_in("section_head"), f"/cases/{case.number}/approvals/recommend"
    assert client.get(address).status_code == 200
    answer = client.post_form(address, {"version": str(case.version), "note": "同意推荐"})
    assert answer.status_code == 303
    assert "同意推荐" in client.get(f"/cases/{case.number}").text
    assert client.post_form(address, {"version": str(case.version)}).status_code == 422
    assert client.post_form(f"{address}/withdraw", {"version": str(case.version), "note": "再看"}).status_code == 303
    assert "已失效的审签 1 项" in client.get(f"/cases/{case.number}").text
    assert sign_in().post_form(address, {"version": str(case.version)}).status_code in (403, 422)


def test_a_step_is_taken_back_on_the_page(session, sign_in, head):
    client, number = sign_in(), opened(session, head).row.number
    client.post_form(f"/cases/{number}/steps/confirm-intent", {"version": "1"})
    assert "撤回“确认申报意向”" in client.get(f"/cases/{number}").text
    assert client.get(f"/cases/{number}/undo").status_code == 200
    assert client.post_form(f"/cases/{number}/undo", {"version": "2"}).status_code == 303
    page = client.get(f"/cases/{number}").text
    assert "撤回“确认申报意向”" in page and "撤回上一步" not in page
    assert client.get(f"/cases/{number}/undo").status_code == 409


def test_duties_are_filled_in_on_their_page(session, sign_in, head):
    case = led_to(session, head, "certified")
    row = session.scalars(
        select(CaseDuty).where(CaseDuty.case_id == case.id, CaseDuty.code == "torch-statistics").order_by(CaseDuty.id)
    ).first()
    client = sign_in()
    address = f"/cases/{case.number}/duties/{row.id}"
    assert "火炬统计年报" in client.get(f"/cases/{case.number}").text
    assert client.get(address).status_code == 200
    draft = {"version": str(row.version), "note": "已联系财务"}
    assert client.post_form(f"{address}/draft", draft).status_code == 303
    assert "已联系财务" in client.get(address).text
    early = client.post_form(f"{address}/done", {"version": str(row.version + 1)})
    assert early.status_code == 422 and "起办理" in early.text
    day = f"{TODAY.year + 1}-03-20"
    assert client.post_form(f"{address}/due", {"version": str(row.version + 1), "due_on": day}).status_code == 303
    assert client.post_form(f"{address}/waive", {"version": "3", "reason": "x"}).status_code == 403
    report = f"/cases/{case.number}/duties/report/change-report"
    assert client.get(report).status_code == 200
    assert client.post_form(report, {"happened_on": TODAY.isoformat(), "note": "更名"}).status_code == 303
    assert client.get(f"/cases/{case.number}/revocation").status_code == 403
    head_of_section = sign_in("section_head")
    assert head_of_section.post_form(f"{address}/waive", {"version": "3", "reason": "停报"}).status_code == 303
    assert head_of_section.get(f"/cases/{case.number}/revocation").status_code == 409


def test_a_caseworker_sees_no_step_of_the_head_and_is_told_whose_it_is(session, sign_in, head):
    case = cases.led_along(session, head, utc_now(), "city-conversion-project", "acceptance", year=TODAY.year)
    client = sign_in("caseworker")
    page = client.get(f"/cases/{case.number}").text
    assert f"/cases/{case.number}/steps/complete" not in page
    assert "由科长、管理员办理" in page
    refused = client.post_form(f"/cases/{case.number}/steps/complete", {"version": str(case.version)})
    assert refused.status_code in (409, 422)
    assert case_of(session, case.number).stage == "acceptance"


def test_a_step_is_taken_from_its_page(session, sign_in, head):
    number = opened(session, head).row.number
    answer = sign_in().submit(f"/cases/{number}/steps/confirm-intent", follow=True)
    assert "意向确认" in answer.text
    assert case_of(session, number).stage == "intent"


def test_a_missing_reason_keeps_what_was_typed(session, sign_in, head):
    case = led_to(session, head, "review")
    answer = sign_in().submit(f"/cases/{case.number}/steps/return", {"on": "2021-02-30"})
    assert answer.status_code == 422
    assert "日期不存在" in answer.text
    answer = sign_in().submit(f"/cases/{case.number}/steps/return", {"reason": " "})
    assert answer.status_code == 422
    assert "请写明理由" in answer.text


def test_a_stale_form_changes_nothing(session, sign_in, head):
    row = opened(session, head).row
    client = sign_in()
    answer = client.post_form(f"/cases/{row.number}/steps/confirm-intent", {"version": "7"})
    assert answer.status_code == 422
    assert "刚被他人改动" in answer.text
    assert case_of(session, row.number).stage == "pool"


def test_markup_in_a_reason_is_text(session, sign_in, head):
    case = led_to(session, head, "review")
    client = sign_in()
    client.submit(f"/cases/{case.number}/steps/return", {"reason": "<script>alert(1)</script>'; drop table case_file"})
    page = client.get(f"/cases/{case.number}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_another_region_is_not_found(session, sign_in, head):
    number = opened(session, head).row.number
    client = sign_in(region="429006")
    assert client.get(f"/cases/{number}").status_code == 404
    assert client.post_form(f"/cases/{number}/steps/confirm-intent", {"version": "1"}).status_code == 404
    assert number not in client.get("/cases").text


def test_a_leader_reads_and_does_nothing(session, sign_in, head):
    number = opened(session, head).row.number
    client = sign_in("leader")
    page = client.get(f"/cases/{number}")
    assert page.status_code == 200
    assert "/steps/" not in page.text
    assert client.post_form(f"/cases/{number}/steps/confirm-intent", {"version": "1"}).status_code == 403
    assert client.get("/cases/new").status_code == 403


def test_what_is_missing_is_said_and_leads_there(session, sign_in, head):
    firm = cases.firm(session)
    cases.right(session, firm)
    case = led_to(session, head, "filing", enterprise=firm)
    page = sign_in().get(f"/cases/{case.number}").text
    assert "进入“市局审查”还差" in page
    assert f'href="/cases/{case.number}/rights"' in page
    assert re.search(rf'href="/cases/{case.number}/milestones/\d+"', page)
    assert f'href="/cases/{case.number}#verdict"' in page


# -- milestones, rights, officer, code -----------------------------------------------------------------------------------


def milestone_url(client, number):
    return re.search(rf'href="(/cases/{number}/milestones/\d+)"', client.get(f"/cases/{number}").text).group(1)


def test_a_milestone_is_dated_done_and_reopened(session, sign_in, head):
    case = led_to(session, head, "preparation")
    client = sign_in()
    url = milestone_url(client, case.number)
    assert client.submit(url, {"due_on": TODAY.isoformat()}, to=f"{url}/due").status_code == 303
    assert client.submit(url, {"note": "存于档案柜"}, to=f"{url}/done").status_code == 303
    assert "存于档案柜" in client.get(f"/cases/{case.number}").text
    refused = client.submit(url, {"reason": ""}, to=f"{url}/reopen")
    assert refused.status_code == 422
    assert client.submit(url, {"reason": "缺页"}, to=f"{url}/reopen").status_code == 303


def test_rights_are_ticked_and_bound(session, sign_in, head):
    firm = cases.firm(session)
    rights = [cases.right(session, firm) for _ in range(2)]
    number = opened(session, head, enterprise=firm).row.number
    client = sign_in()
    answer = client.submit(f"/cases/{number}/rights", {"ip_ids": [str(right.id) for right in rights]})
    assert answer.status_code == 303
    page = client.get(f"/cases/{number}").text
    assert all(right.name in page for right in rights)


def test_the_officer_changes_hands(session, sign_in, head):
    other = people.officer(session)
    number = opened(session, head).row.number
    client = sign_in()
    assert client.submit(f"/cases/{number}/handling", {"officer_id": str(other.id)}, to="/officer").status_code == 303
    assert case_of(session, number).officer_id == other.id
    stranger = people.officer(session, region="429006")
    refused = client.submit(f"/cases/{number}/handling", {"officer_id": str(stranger.id)}, to="/officer")
    assert refused.status_code == 422
    assert "辖区不含该企业" in refused.text


def test_a_new_query_code_ends_the_old_one(session, sign_in, head):
    from app.cases.queries import find_by_query_code

    made = opened(session, head)
    number, old = made.row.number, made.query_code
    answer = sign_in().post_form(f"/cases/{number}/query-code")
    code = re.search(r"<output data-secret>([A-Z0-9]{10})</output>", answer.text).group(1)
    session.expire_all()
    assert find_by_query_code(session, number, code) is not None
    assert find_by_query_code(session, number, old) is None


# -- list, board, export, firm ---------------------------------------------------------------------------------------------


def test_list_count_and_export_agree(session, sign_in, head):
    numbers = [opened(session, head).row.number for _ in range(3)]
    client = sign_in()
    query = f"?programme=high-tech-enterprise&year={TODAY.year}&state=open&sort=name"
    page = client.get(f"/cases{query}").text
    assert all(number in page for number in numbers)
    assert "共 3 条" in page
    exported = client.get(f"/cases/export.csv{query}").text
    assert [number for number in numbers if number in exported] == numbers
    assert len(exported.strip().splitlines()) == 4
    assert client.get(f"/cases/export.xlsx{query}").content[:2] == b"PK"


@pytest.mark.parametrize("query", ["year=abc", "state=nonsense", "sort=drop", "officer=%27", "reached=99999999999"])
def test_a_strange_address_narrows_nothing_and_breaks_nothing(sign_in, query):
    assert sign_in().get(f"/cases?{query}").status_code == 200


def test_a_foreign_cursor_is_refused(sign_in):
    assert sign_in().get("/cases?cursor=nonsense").status_code == 422


def test_the_board_leads_to_case_and_step(session, sign_in, head):
    number = opened(session, head).row.number
    page = sign_in().get(f"/cases/board?programme=high-tech-enterprise&year={TODAY.year}").text
    assert f'href="/cases/{number}"' in page
    assert f'href="/cases/{number}/steps/confirm-intent"' in page
    assert 'data-move="intent"' in page and "今天进入本阶段" in page


def test_the_board_opens_where_the_work_is(session, sign_in, head):
    numbers = [opened(session, head).row.number for _ in range(2)]
    opened(session, head, programme="technology-sme")
    page = sign_in().get("/cases/board").text
    assert all(f'href="/cases/{number}"' in page for number in numbers)


def test_pages_ask_the_database_equally_often(session, sign_in, head, count_queries):
    client = sign_in()

    def asked():
        found = []
        for url in ("/cases", "/cases/board?programme=high-tech-enterprise"):
            client.get(url)
            with count_queries() as statements:
                assert client.get(url).status_code == 200
            found.append(len(statements))
        return found

    for _ in range(2):
        opened(session, head)
    few = asked()
    for _ in range(30):
        opened(session, head)
    assert asked() == few
    assert max(few) <= 19


# -- programmes ----------------------------------------------------------------------------------------------------------


def test_a_programme_page_shows_its_diagram_and_its_table(session, sign_in):
    page = sign_in().get("/programmes/high-tech-enterprise").text
    assert page.count('<g class="box') == 16
    assert "style=" not in page
    assert sign_in().get("/programmes/no-such").status_code == 404
    assert sign_in().get("/programmes/high-tech-enterprise?version=1999-01-01").status_code == 404


def test_a_cutoff_set_on_the_page_dates_the_cases(session, sign_in, head):
    case = led_to(session, head, "preparation", year=2021, round="rolling")
    client = sign_in("section_head")
    url = "/programmes/high-tech-enterprise/rounds"
    last = date(TODAY.year + 1, 1, 4).isoformat()
    answer = client.submit(url, {"bureau_cutoff_on": last}, to=f"{url}/2021/rolling", follow=True)
    assert "1 件在办件的节点已据此排定" in answer.text
    assert case_of(session, case.number).next_due_on.isoformat() == last
    refused = client.submit(
        url, {"bureau_cutoff_on": last, "province_cutoff_on": "2021-01-01"}, to=f"{url}/2021/rolling"
    )
    assert refused.status_code == 422
    assert "不能晚于省厅截止日" in refused.text


def test_only_section_heads_set_cutoffs(session, sign_in):
    client = sign_in("caseworker")
    assert "rounds/2021/rolling" not in client.get("/programmes/high-tech-enterprise/rounds").text
    refused = client.post_form("/programmes/high-tech-enterprise/rounds/2021/rolling", {"version": "1"})
    assert refused.status_code == 403


def test_english_pages_have_no_chinese_interface_text(session, sign_in, head):
    number = opened(session, head).row.number
    client = sign_in()
    client.post_form("/language", {"locale": "en", "next": "/cases"})
    page = client.get(f"/cases/{number}").text
    assert "On the cultivation list" in page
    assert "Confirm the intent" in page


def test_committed_state_is_what_the_page_shows(session, sign_in, head):
    """The answer comes after the commit: the next request sees the step."""
    number = opened(session, head).row.number
    db.commit(session)
    client = sign_in()
    assert client.submit(f"/cases/{number}/steps/confirm-intent").status_code == 303
    assert "意向确认" in client.get(f"/cases/{number}").text
