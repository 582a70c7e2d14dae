"""Next year begins with this year's answers and documents, each to be confirmed; for the firm, and for the officer who opens."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.supply.models import CaseAnswer, CaseMaterial
from app.enterprises.models import Enterprise
from app.files.models import Document
from app.kit import db
from app.kit.actor import Actor
from tests.factories.cases import firm, led_to, opened
from tests.support.client import Client

Enter = Callable[..., Client]


@pytest.fixture
def certified(session: Session, head: Actor, now: datetime) -> CaseFile:
    """A certification of 2021 led to its certificate, with everything supplied."""
    return led_to(session, head, now, "certified", enterprise=firm(session))


def _answers(session: Session, case: CaseFile) -> dict[str, CaseAnswer]:
    session.expire_all()
    rows = session.scalars(select(CaseAnswer).where(CaseAnswer.case_id == case.id))
    return {row.question: row for row in rows}


def _newest(session: Session) -> CaseFile:
    return session.scalars(select(CaseFile).order_by(CaseFile.id.desc()).limit(1)).one()


def test_the_firm_begins_the_next_year_from_this_one(session: Session, certified: CaseFile, enter: Enter) -> None:
    editor, old = enter(certified), f"/portal/cases/{certified.number}"
    assert "开始下一次申报的准备" in editor.get(old).text
    year = str(max(certified.year + 1, date.today().year))  # the portal offers years from today on
    begun = editor.submit(f"{old}/next", {"year": year})
    assert begun.status_code == 303
    case = _newest(session)
    assert (case.year, case.officer_id) == (int(year), session.get_one(CaseFile, certified.id).officer_id)
    answers = _answers(session, case)
    assert answers["tax_authority"].renewed_from == certified.number and answers["tax_authority"].draft
    assert "profit_latest" not in answers, "a figure of the year is not taken over"
    form = f"/portal/cases/{case.number}/form"
    assert "去年填报，请确认" in editor.get(form).text and "去年填报，请确认" in editor.get(f"{form}/check").text


def test_saving_a_section_confirms_what_it_shows(
    session: Session, certified: CaseFile, enter: Enter, head: Actor, now: datetime
) -> None:
    case = opened(session, head, now + timedelta(days=1), _firm_of(session, certified), year=2022).row
    editor, form = enter(certified), f"/portal/cases/{case.number}/form"
    assert editor.submit(form, to=f"/portal/cases/{case.number}/renew").status_code == 303
    before = _answers(session, case)["tax_authority"]
    assert before.renewed_from == certified.number
    assert editor.submit(f"{form}/2").status_code == 303
    confirmed = _answers(session, case)["tax_authority"]
    assert (confirmed.renewed_from, confirmed.draft) == (None, True)
    again = editor.post_form(f"/portal/cases/{case.number}/renew")
    assert again.status_code == 303 and "没有可以沿用" in editor.get(form).text


def test_documents_still_true_serve_again_and_others_do_not(
    session: Session, certified: CaseFile, enter: Enter, head: Actor, now: datetime
) -> None:
    materials = session.scalars(select(CaseMaterial).where(CaseMaterial.case_id == certified.id)).all()
    expired = next(row for row in materials if row.material == "product-evidence")
    session.get_one(Document, expired.document_id).valid_until = date(2021, 7, 1)
    case = opened(session, head, now, _firm_of(session, certified), year=2022).row
    enter(certified).post_form(f"/portal/cases/{case.number}/renew")
    session.expire_all()
    taken = session.scalars(select(CaseMaterial).where(CaseMaterial.case_id == case.id)).all()
    assert {(row.material, row.year) for row in taken} >= {("business-licence", None), ("annual-audit", 2020)}
    names = {row.material for row in taken}
    assert "product-evidence" not in names, "it has expired"
    assert "application-form" not in names, "it is about the year"
    assert ("annual-audit", 2018) not in {(row.material, row.year) for row in taken}


def test_the_officer_opens_with_what_was_supplied_before(
    session: Session, certified: CaseFile, sign_in: Callable[..., Client]
) -> None:
    officer = sign_in(role="section_head")
    uscc = _firm_of(session, certified).uscc
    given = {"uscc": uscc, "programme": "high-tech-enterprise", "year": "2022", "renews": "1"}
    db.commit(session)
    assert officer.submit("/cases/new", given).status_code == 200
    assert _answers(session, _newest(session))["tax_authority"].renewed_from == certified.number


def test_an_open_case_a_year_that_is_not_later_and_a_reader_are_refused(
    session: Session, filing: CaseFile, certified: CaseFile, enter: Enter
) -> None:
    editor = enter(filing, "manager")
    assert "还在办理" in editor.post_form(f"/portal/cases/{filing.number}/next", {"year": "2030"}).text
    other = enter(certified)
    refused = other.post_form(f"/portal/cases/{certified.number}/next", {"year": "2021"})
    assert refused.status_code == 422 and "请选择 2021 年以后" in refused.text
    reader = enter(certified, "reader")
    assert reader.get(f"/portal/cases/{certified.number}/next").status_code == 403
    assert "开始下一次" not in reader.get(f"/portal/cases/{certified.number}").text


def _firm_of(session: Session, case: CaseFile) -> Enterprise:
    return session.get_one(CaseFile, case.id).enterprise
