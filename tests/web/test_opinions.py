"""Opinions over HTTP: the bureau asks on the case page, the department answers behind its own door and sees nothing else."""

import io
import re

import pytest
from sqlalchemy import select

from app.accounts.models import Officer
from app.cases.opinions.models import Opinion
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.clock import today, utc_now
from tests.cases.test_opinions import document
from tests.factories import cases
from tests.support import people


@pytest.fixture
def head(session):
    return people.officer(session, role="section_head")


@pytest.fixture
def case(session, head):
    return cases.opened(session, head, utc_now(), year=today(utc_now()).year).row


@pytest.fixture
def as_department(client, session):
    """`as_department("tax")`: the client with an officer of that department signed in."""

    def become(code, region="429005", client=client):
        actor = people.department(session, code, region=region)
        client.cookies.set(SESSION_COOKIE, people.open_session(session, actor))
        return client

    return become


def opinion_of(session, case):
    session.expire_all()
    return session.scalars(select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.id.desc())).first()


def test_asked_on_the_case_page_and_answered_behind_the_departments_door(
    session, sign_in, new_client, as_department, case, settings
):
    shown, hidden = document(session, case.enterprise_id, utc_now()), document(session, case.enterprise_id, utc_now())
    blob = settings.vault.blobs.put(io.BytesIO(b"%PDF-1.4 shown"), limit=100)
    shown.file.sha256, shown.file.size = blob.sha256, blob.size
    shown.title, hidden.title = "完税证明（示例）", "商业计划（示例）"
    bureau, tax = sign_in(), as_department("tax", client=new_client())
    asked = bureau.submit(
        f"/cases/{case.number}/opinions",
        {"departments": ["tax", "finance"], "question": "有无欠税？", "days": "5", "shown": [str(shown.id)]},
    )
    assert asked.status_code == 303
    page = bureau.get(f"/cases/{case.number}").text
    assert page.count("有无欠税？") >= 2
    assert f'office">{settings.office}' in page
    assert f'office">{settings.office}' not in tax.get("/department").text, "its officers are not the bureau's"
    assert "税务局" in page
    assert "财政局" in page

    listed = tax.get("/department").text
    url = re.search(r'href="(/department/\d+)"', listed).group(1)
    request = tax.get(url).text
    assert case.enterprise.name in request
    assert "完税证明" in request
    assert "商业计划" not in request
    for secret in (case.number, case.enterprise.uscc):
        assert secret not in request + listed
    opened, taken = (tax.get(f"{url}/documents/{shown.id}{ending}") for ending in ("", "/file"))
    assert opened.headers["content-disposition"].startswith("inline")
    assert taken.headers["content-disposition"].startswith("attachment")
    assert opened.content == taken.content == b"%PDF-1.4 shown"
    assert tax.get(f"{url}/documents/{hidden.id}").status_code == 404
    refused = tax.submit(url, {"outcome": "object"})
    assert refused.status_code == 422
    assert "请写明意见和理由" in refused.text
    answered = tax.submit(
        url,
        {"outcome": "object", "answer": "尚有欠税"},
        files={"document": ("意见书.pdf", b"%PDF-1.4 sealed", "application/pdf")},
    )
    assert answered.headers["location"] == "/department"
    assert url not in tax.get("/department").text
    assert url in tax.get("/department?show=done").text
    page = bureau.get(f"/cases/{case.number}").text
    assert "尚有欠税" in page
    assert "意见书.pdf" in page


def test_reminded_and_taken_back_from_the_case_page(session, sign_in, as_department, new_client, case):
    bureau = sign_in()
    bureau.submit(f"/cases/{case.number}/opinions", {"departments": ["tax"], "question": "有无欠税？"})
    row = opinion_of(session, case)
    at = f"/cases/{case.number}/opinions/{row.id}"
    answer = bureau.post_form(f"{at}/remind", {"version": "1"})
    assert answer.status_code == 303
    assert "今天已经发出征询或催办" in bureau.get(f"/cases/{case.number}").text
    assert bureau.submit(f"{at}/withdraw", {"reason": " "}).status_code == 422
    assert bureau.submit(f"{at}/withdraw", {"reason": "问错了"}).status_code == 303
    assert "已撤回" in bureau.get(f"/cases/{case.number}").text
    tax = as_department("tax", client=new_client())
    assert tax.get(f"/department/{row.id}").status_code == 404


def test_a_second_question_is_refused_beside_the_department(sign_in, case):
    client = sign_in()
    data = {"departments": ["tax"], "question": "有无欠税？"}
    assert client.submit(f"/cases/{case.number}/opinions", data).status_code == 303
    refused = client.submit(f"/cases/{case.number}/opinions", data)
    assert refused.status_code == 422
    assert "不能重复征询" in refused.text


def test_a_leader_reads_opinions_and_asks_none(sign_in, case):
    client = sign_in("leader")
    assert f"/cases/{case.number}/opinions" not in client.get(f"/cases/{case.number}").text
    assert client.get(f"/cases/{case.number}/opinions").status_code == 403


@pytest.mark.parametrize(("code", "region"), [("finance", "429005"), ("tax", "429006")])
def test_other_departments_and_regions_find_nothing(session, sign_in, as_department, new_client, case, code, region):
    shown = document(session, case.enterprise_id, utc_now())
    sign_in().submit(
        f"/cases/{case.number}/opinions", {"departments": ["tax"], "question": "？", "shown": [str(shown.id)]}
    )
    row, stranger = opinion_of(session, case), as_department(code, region, client=new_client())
    assert f"/department/{row.id}" not in stranger.get("/department").text
    assert stranger.get(f"/department/{row.id}").status_code == 404
    assert stranger.get(f"/department/{row.id}/documents/{shown.id}").status_code == 404
    assert stranger.post_form(f"/department/{row.id}", {"version": "1", "outcome": "agree"}).status_code == 404
    assert opinion_of(session, case).outcome == ""


def test_a_department_lands_on_its_own_page_and_is_shown_no_other(session, client):
    actor = people.department(session, "tax")
    login = session.get(Officer, actor.id).login
    entered = client.submit("/sign-in", {"login": login, "password": people.PASSWORD})
    assert entered.headers["location"] == "/department"
    page = client.get("/department").text
    addresses = set(re.findall(r'<a[^>]*href="(/[^"?#]*)', page))
    assert "/department" in addresses
    assert addresses <= {"/department", "/password", "/notices", "/notices/settings"}, "nothing of the bureau's"
    assert "omnibox" not in page
    assert client.get("/sign-in").headers["location"] == "/department"
    refused = client.get("/cases")
    assert refused.status_code == 403
    assert 'href="/department"' in refused.text


def test_the_administrator_makes_officers_of_departments(session, sign_in):
    client = sign_in("administrator")
    data = {"login": "tax-1", "name": "周颖（示例）", "role": "department", "password": "long-enough-2021"}
    refused = client.submit("/system/users/new", data)
    assert refused.status_code == 422
    assert "请选择该用户所在的部门" in refused.text
    assert client.submit("/system/users/new", data | {"department": "science"}).status_code == 422
    assert client.submit("/system/users/new", data | {"department": "tax"}).status_code == 303
    made = session.scalar(select(Officer).where(Officer.login == "tax-1"))
    assert (made.role, made.department) == ("department", "tax")
    assert "税务局" in client.get("/system/users").text
    client.submit(f"/system/users/{made.id}", {"role": "caseworker"})
    session.expire_all()
    assert session.get(Officer, made.id).department == "", "whoever works in the bureau is of no other department"


def test_pages_ask_the_database_equally_often(session, sign_in, as_department, new_client, head, case, count_queries):
    bureau, tax = sign_in(), as_department("tax", client=new_client())
    bureau.submit(f"/cases/{case.number}/opinions", {"departments": ["tax"], "question": "？"})

    def asked():
        with count_queries() as sent:
            assert bureau.get(f"/cases/{case.number}").status_code == 200
            assert tax.get("/department").status_code == 200
        return len(sent)

    few = asked()
    for _ in range(3):
        other = cases.opened(session, head, utc_now(), year=today(utc_now()).year).row
        bureau.submit(f"/cases/{other.number}/opinions", {"departments": ["tax"], "question": "？"})
    bureau.submit(f"/cases/{case.number}/opinions", {"departments": ["finance", "market"], "question": "？"})
    assert asked() == few
