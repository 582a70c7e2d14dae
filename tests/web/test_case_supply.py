"""The panels of the case page and their own pages: materials, answers, corrections; two browsers' forms."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.files.models import Document
from app.journal.models import JournalEvent
from app.kit.actor import Actor
from tests.factories.cases import led_to, opened
from tests.files.conftest import pdf
from tests.support.client import Client
from tests.support.forms import form_to

SignIn = Callable[..., Client]


@pytest.fixture
def case(session: Session, actor: Callable[..., Actor], now: datetime) -> CaseFile:
    """A case of the certification, just opened."""
    return opened(session, actor(), now).row


def first(session: Session, model: Any) -> Any:
    session.expire_all()
    return session.scalars(select(model).order_by(model.id)).first()


def test_a_material_is_uploaded_chosen_returned_and_accepted(sign_in: SignIn, session: Session, case: CaseFile) -> None:
    client, base = sign_in(), f"/cases/{case.number}"
    page = client.get(base).text
    assert 'id="material-business-licence"' in page
    assert 'id="material-annual-audit-2020"' in page
    supply = f"{base}/materials/annual-audit?year=2020"
    upload = ("审计.pdf", pdf("a"), "application/pdf")
    answer = client.submit(supply, to="/upload", files=[("file", upload)])
    assert answer.headers["location"] == f"{base}#material-annual-audit-2020"
    row = first(session, CaseMaterial)
    assert (row.material, row.year) == ("annual-audit", 2020)
    assert client.submit(f"{base}/materials/{row.id}/return").status_code == 422
    assert client.submit(f"{base}/materials/{row.id}/return", {"remark": "缺盖章页"}).status_code == 303
    assert "缺盖章页" in client.get(base).text
    assert client.post_form(f"{base}/materials/{row.id}/remove", {"version": "2"}).status_code == 303
    document = first(session, Document)
    assert "审计.pdf" in client.get(supply).text
    chosen = client.submit(supply, {"documents": str(document.id)}, to="/choose")
    assert chosen.status_code == 303
    assert client.submit(supply, to="/upload").status_code == 422
    again = session.scalars(select(CaseMaterial).where(CaseMaterial.state == "supplied")).one()
    assert client.post_form(f"{base}/materials/{again.id}/accept", {"version": "1"}).status_code == 303
    assert "已审核" in client.get(base).text
    assert case.number in client.get(f"/documents/{document.id}").text


def test_choosing_nothing_says_so(sign_in: SignIn, session: Session, case: CaseFile) -> None:
    client, base = sign_in(), f"/cases/{case.number}"
    client.submit(
        f"/enterprises/{case.enterprise.uscc}/documents/new",
        {"kind": "business-licence"},
        files=[("files", ("执照.pdf", pdf(), "application/pdf"))],
    )
    answer = client.submit(f"{base}/materials/business-licence", to="/choose")
    assert answer.status_code == 422
    assert "请至少选择一份" in answer.text


def test_answers_are_drafted_and_handed_in(sign_in: SignIn, session: Session, case: CaseFile) -> None:
    client, url = sign_in(), f"/cases/{case.number}/questions"
    form = form_to(client.get(url).text, url)
    fields = {name: values[0] for name, values in form.fields.items()}
    draft = {name: text for name, text in fields.items() if name != "once_token"} | {"q_tax_collection": "查账征收"}
    saved = client.post(f"{url}/draft", data=draft)
    assert saved.status_code == 200
    assert "草稿已保存" in saved.text
    row = first(session, CaseAnswer)
    assert (row.value, row.draft) == ("查账征收", True)
    assert "草稿未提交" in client.get(f"/cases/{case.number}").text
    refused = client.submit(url, {"q_entry_national_on": "昨天"})
    assert refused.status_code == 422
    assert 'href="#f-q_entry_national_on"' in refused.text
    assert client.submit(url, {"q_entry_national_on": "2021-06-01"}).status_code == 303
    page = client.get(f"/cases/{case.number}").text
    assert "查账征收" in page
    assert "草稿未提交" not in page


def test_two_browsers_answer_at_once(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session, case: CaseFile
) -> None:
    one, two = sign_in(), sign_in(client=new_client())
    url = f"/cases/{case.number}/questions"
    forms = [form_to(client.get(url).text, url) for client in (one, two)]
    mine, theirs = ({name: values[0] for name, values in form.fields.items()} for form in forms)
    sent = {"q_tax_collection": "查账征收", "q_entry_national_on": "2021-06-01"}
    assert one.post(url, data=mine | sent).status_code == 303
    other = theirs | {"q_tax_collection": "核定征收", "q_entries_agree": "yes"}
    draft = two.post(f"{url}/draft", data={name: text for name, text in other.items() if name != "once_token"})
    assert "他人也填写了：所得税征收方式" in draft.text
    clash = two.post(url, data=other)
    assert clash.status_code == 422
    for text in ("他人改为", "查账征收", "核定征收", "2021-06-01"):
        assert text in clash.text
    asked = {name: values[0] for name, values in form_to(clash.text, url).fields.items()}
    assert two.post(url, data=asked | {"choose-q_tax_collection": "theirs"}).status_code == 303
    session.expire_all()
    answers = {row.question: row.counted for row in session.scalars(select(CaseAnswer)) if row.counted}
    assert answers == {"tax_collection": "查账征收", "entry_national_on": "2021-06-01", "entries_agree": "yes"}


def test_a_field_that_the_form_does_not_have_is_nothing_to_choose(sign_in: SignIn, case: CaseFile) -> None:
    url = f"/cases/{case.number}/questions"
    sent = {"q_entry_national_on": "2021-06-01", "clash-q_no_such": "x", "clash-nothing": ""}
    assert sign_in().submit(url, sent).status_code == 303
    firm = f"/enterprises/{case.enterprise.uscc}/edit"
    assert sign_in().submit(firm, {"clash-nothing": "x", "registered_on": "2021-13-01"}).status_code == 422


def test_a_later_draft_does_not_take_the_others_change_back(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session, case: CaseFile
) -> None:
    one, two = sign_in(), sign_in(client=new_client())
    url = f"/cases/{case.number}/questions"
    forms = [form_to(client.get(url).text, url) for client in (one, two)]
    mine, theirs = ({name: values[0] for name, values in form.fields.items() if name != "once_token"} for form in forms)
    one.post(f"{url}/draft", data=mine | {"q_tax_collection": "查账征收"})
    for text in ("yes", "no"):
        saved = two.post(f"{url}/draft", data=theirs | {"q_entries_agree": text})
        theirs["was"] = form_was(saved.text)
    answers = {row.question: row.value for row in session.scalars(select(CaseAnswer))}
    assert answers == {"tax_collection": "查账征收", "entries_agree": "no"}


def form_was(html: str) -> str:
    """The value of the hidden field that a kept draft sends back."""
    return form_to(f'<form action="/x">{html}</form>', "/x").fields["was"][0]


def test_the_checklist_counts_what_is_required_only(sign_in: SignIn, case: CaseFile) -> None:
    client, base = sign_in(), f"/cases/{case.number}"
    page = client.get(base).text
    wanted = re.search(r"必需的 0 / (\d+) 项已齐", page)
    assert wanted and 0 < int(wanted[1]) < page.count('id="material-')


def test_corrections_are_asked_answered_and_settled(sign_in: SignIn, session: Session, case: CaseFile) -> None:
    client, base = sign_in(), f"/cases/{case.number}"
    assert client.submit(f"{base}/corrections/new").status_code == 422
    form = client.get(f"{base}/corrections/new").text
    assert 'name="c_material-business-licence"' in form
    assert "推荐函" not in form, "a firm is not asked to correct what the bureau supplies"
    asked = {"c_material-business-licence": "章不清楚", "c_other-1": "补签字", "due_on": "2099-12-31"}
    assert client.submit(f"{base}/corrections/new", asked).status_code == 303
    row = first(session, CorrectionItem)
    assert (row.kind, row.code, row.remark) == ("material", "business-licence", "章不清楚")
    page = client.get(base).text
    assert f'id="correction-{row.id}"' in page
    assert "补签字" in page
    assert client.submit(f"{base}/corrections/{row.id}/answer").status_code == 422
    assert client.submit(f"{base}/corrections/{row.id}/answer", {"answer": "已重新盖章"}).status_code == 303
    assert client.submit(f"{base}/corrections/{row.id}/again", {"remark": "还是不清"}).status_code == 303
    assert client.submit(f"{base}/corrections/{row.id}/answer", {"answer": "已换扫描件"}).status_code == 303
    assert client.post_form(f"{base}/corrections/{row.id}/settle", {"version": "4"}).status_code == 303
    assert "已通过" in client.get(base).text


@pytest.mark.parametrize("path", ["materials/nonsense", "materials/999999/return", "corrections/999999/answer"])
def test_what_is_not_there_is_not_found(sign_in: SignIn, case: CaseFile, path: str) -> None:
    assert sign_in().get(f"/cases/{case.number}/{path}").status_code == 404


def test_a_draft_of_an_unknown_question_is_refused(sign_in: SignIn, case: CaseFile) -> None:
    url = f"/cases/{case.number}/questions"
    data = {"q_nonsense": "1", "was": json.dumps({"q_nonsense": ""})}
    assert sign_in().post_form(f"{url}/draft", data).status_code == 404


def test_sending_back_asks_item_by_item_in_one_event(
    sign_in: SignIn, session: Session, actor: Callable[..., Actor], now: datetime
) -> None:
    head = actor(role="section_head")
    case = led_to(session, head, now, "review")
    client, base = sign_in(role="section_head"), f"/cases/{case.number}"
    url = f"{base}/steps/return"
    assert f'href="{url}"' in client.get(base).text
    refused = client.submit(url, {"on": "2021-06-30", "reason": "材料有误", "due_on": "2001-01-01"})
    assert refused.status_code == 422
    given = {
        "on": "2021-06-30",
        "reason": "材料有误",
        "c_question-tax_collection": "与税务登记不符",
        "due_on": "2099-12-31",
    }
    assert client.submit(url, given).status_code == 303
    (row,) = session.scalars(select(CorrectionItem)).all()
    assert (row.kind, row.code, row.round) == ("question", "tax_collection", 1)
    (event,) = session.scalars(
        select(JournalEvent).where(JournalEvent.type == "case.moved").order_by(JournalEvent.position.desc()).limit(1)
    )
    assert event.data["corrections"] == [row.id]
    assert session.scalars(select(JournalEvent).where(JournalEvent.type == "case.corrections_asked")).all() == []
