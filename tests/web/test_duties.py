"""The list of duties over HTTP: whose they are, how they are narrowed, and what reading them costs."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.duties.models import CaseDuty
from app.kit import db
from app.kit.clock import today, utc_now
from tests.factories import cases
from tests.support import people
from tests.support.forms import form_to

pytestmark = pytest.mark.usefixtures("noon")

TODAY = today(utc_now())


@pytest.fixture
def head(session):
    return people.officer(session, role="section_head")


def owed(session, head, days, **given):
    """A duty of a new case that is due so many days from now."""
    case = cases.opened(session, head, utc_now(), **({"year": TODAY.year} | given)).row
    row = CaseDuty(
        case_id=case.id,
        code="annual-report",
        period=str(TODAY.year),
        by="enterprise",
        title_zh="年度发展情况报表",
        title_en="Annual report",
        opens_on=TODAY - timedelta(days=90),
        due_on=TODAY + timedelta(days=days),
        version=1,
    )
    session.add(row)
    db.commit(session)
    return case


def test_the_list_is_narrowed_by_state(session, sign_in, head):
    missed, present = owed(session, head, -1), owed(session, head, 0)
    done = owed(session, head, -5)
    session.scalars(select(CaseDuty).where(CaseDuty.case_id == done.id)).one().done_on = TODAY
    db.commit(session)
    client = sign_in()

    def shown(state):
        text = client.get(f"/duties?state={state}").text
        return {case.number for case in (missed, present, done) if f'href="/cases/{case.number}"' in text}

    assert shown("") == {missed.number, present.number}
    assert shown("missed") == {missed.number}
    assert shown("present") == {present.number}
    assert shown("done") == {done.number}
    assert shown("no-such-state") == {missed.number, present.number}
    assert "没有符合条件的事项" in client.get("/duties?by=bureau").text


def test_what_lies_outside_the_region_is_not_listed(session, sign_in, head):
    elsewhere = people.officer(session, region="429006")
    there = owed(session, elsewhere, 3, enterprise=cases.firm(session, region="429006001"))
    assert there.number not in sign_in().get("/duties").text


def test_a_firms_page_names_what_it_owes(session, sign_in, head):
    case = owed(session, head, 3)
    page = sign_in().get(f"/enterprises/{case.enterprise.uscc}").text
    assert "年度发展情况报表" in page


def test_the_list_asks_the_database_equally_often(session, sign_in, head, count_queries):
    client = sign_in()

    def asked():
        client.get("/duties")
        with count_queries() as statements:
            assert client.get("/duties").status_code == 200
        return len(statements)

    owed(session, head, 1)
    few = asked()
    for _ in range(12):
        owed(session, head, 2)
    assert asked() == few <= 8


def test_two_browsers_fill_in_one_duty(session, sign_in, new_client, head):
    case = owed(session, head, 3)
    row = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case.id)).one()
    url = f"/cases/{case.number}/duties/{row.id}"
    one, two = sign_in(), sign_in(client=new_client())
    mine, theirs = (
        {name: values[0] for name, values in form_to(client.get(url).text, f"{url}/done").fields.items()}
        for client in (one, two)
    )
    first, second, *_others = (name for name in mine if name.startswith("v_"))
    assert one.post(f"{url}/draft", data=mine | {first: "120", "note": "一人"}).status_code == 303
    kept = two.post(f"{url}/draft", data=theirs | {second: "7"})
    assert kept.status_code == 303
    row = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case.id)).one()
    assert row.draft["values"] == {first.removeprefix("v_"): "120", second.removeprefix("v_"): "7"}
    late = {name: text for name, text in theirs.items() if name != "once_token"}
    clash = two.post(f"{url}/draft", data=late | {first: "130", second: "7", "note": "二人"})
    assert clash.status_code == 422
    for text in ("他人改为", "120", "130", "一人", "二人"):
        assert text in clash.text
    asked = {name: values[0] for name, values in form_to(clash.text, f"{url}/done").fields.items()}
    chosen = asked | {f"choose-{first}": "theirs", "choose-note": "yours"}
    assert two.post(f"{url}/draft", data=chosen).status_code == 303
    row = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case.id)).one()
    assert (row.draft["values"][first.removeprefix("v_")], row.draft["note"]) == ("120", "二人")


def test_a_certificate_is_revoked_for_missed_reports_by_a_section_head_only(session, sign_in, head):
    """The ground is shown to everybody who reads the case; deciding it takes the right, a reason and a clause."""
    case = cases.led_to(session, head, utc_now(), "certified", year=TODAY.year)
    rows = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case.id, CaseDuty.code == "annual-report")).all()
    for row in rows[:2]:
        row.opens_on, row.due_on = TODAY - timedelta(days=60), TODAY - timedelta(days=1)
    db.commit(session)
    page = sign_in().get(f"/cases/{case.number}").text
    assert "累计 2 次未按期完成（达到 2 次）" in page and "第十九条" in page
    assert f"/cases/{case.number}/revocation" not in page
    client, address = sign_in("section_head"), f"/cases/{case.number}/revocation"
    assert f'href="{address}"' in client.get(f"/cases/{case.number}").text
    assert client.get(address).status_code == 200
    given = {"revoked_on": TODAY.isoformat(), "document": "认定管理办法 第十九条（三）"}
    assert client.post_form(address, given).status_code == 422
    assert client.post_form(address, given | {"reason": "累计两年未填报"}).status_code == 303
    assert f"证书已于 {TODAY.isoformat()} 撤销" in client.get(f"/cases/{case.number}").text
    assert client.get(address).status_code == 409
