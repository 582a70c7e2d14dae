"""What departments ask of a firm besides its cases; and what the pages cost, whatever lies with the firm."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.engagement.models import FirmRequest
from app.engagement.schemas import AskFirm
from app.engagement.service.asking import ask_firm
from app.kit.actor import Actor
from tests.factories.cases import firm, led_to, opened
from tests.factories.supplies import supply
from tests.support.client import Client

Enter = Callable[..., Client]
Counted = Callable[[], AbstractContextManager[list[str]]]


def _asked(session: Session, head: Actor, now: datetime, case: CaseFile) -> FirmRequest:
    why = {"message": "请说明口径（示例）", "reason": "再问一次（示例）"}
    given = AskFirm(department="tax", kind="other", title="研发加计扣除说明（示例）", **why)
    return ask_firm(session, actor=head, now=now, enterprise=case.enterprise, given=given)


def test_a_request_stands_on_the_first_page_and_is_answered(
    session: Session, filing: CaseFile, enter: Enter, head: Actor, now: datetime
) -> None:
    row, editor = _asked(session, head, now, filing), enter(filing)
    page = f"/portal/requests/{row.id}"
    home = editor.get("/portal").text
    assert page in home and "研发加计扣除说明" in home and "税务局" in home
    assert "请写明答复，或附上文件、照片" in editor.submit(page, {"answer": ""}).text
    assert editor.submit(page, {"answer": "按 2021 年口径（示例）"}).status_code == 303
    assert "已了结" in editor.get(page).text and page not in editor.get("/portal").text


def test_photographs_answer_whatever_is_asked_for(
    session: Session, filing: CaseFile, enter: Enter, sign_in: Enter, head: Actor, now: datetime
) -> None:
    row, editor = _asked(session, head, now, filing), enter(filing)
    page, uscc = f"/portal/requests/{row.id}", filing.enterprise.uscc
    shown = editor.get(page).text
    assert 'type="file"' in shown and "image/*" in shown and "multiple" in shown
    photos = [("files", (f"车间{n}.jpg", b"\xff\xd8\xff\xe0" + bytes(60 + n), "image/jpeg")) for n in range(2)]
    program = [("files", ("车间.jpg", b"MZ" + bytes(80), "image/jpeg"))]
    assert "程序" in editor.submit(page, files=program).text
    assert editor.submit(page, files=photos).status_code == 303
    answered = editor.get(page).text
    assert "已了结" in answered and answered.count("/portal/documents/") >= 2 and "车间1.jpg" in answered
    answered_row = session.get_one(FirmRequest, row.id)
    assert (answered_row.outcome, len(answered_row.documents)) == ("answered", 2)
    bureau = sign_in(role="section_head").get(f"/enterprises/{uscc}/requests").text
    assert f'href="/documents/{answered_row.documents[1]}"' in bureau
    again = _asked(session, head, now, session.get_one(CaseFile, filing.id))
    assert editor.submit(f"/portal/requests/{again.id}", files=photos[:1]).status_code == 303
    assert session.get_one(FirmRequest, again.id).documents == answered_row.documents[:1]


def test_a_reader_and_another_firm_do_not_answer(
    session: Session, filing: CaseFile, enter: Enter, head: Actor, now: datetime
) -> None:
    row = _asked(session, head, now, filing)
    reader, page = enter(filing, "reader"), f"/portal/requests/{row.id}"
    assert "<textarea" not in reader.get(page).text
    assert reader.post_form(page, {"answer": "x", "version": "1"}).status_code == 403
    other = opened(session, head, now, firm(session)).row
    assert enter(other).get(page).status_code == 404


def test_pages_cost_the_same_however_much_there_is(
    session: Session, filing: CaseFile, enter: Enter, head: Actor, now: datetime, count_queries: Counted
) -> None:
    """One case with nothing supplied, then four cases and everything supplied: not one query more."""
    editor, base = enter(filing), f"/portal/cases/{filing.number}"
    pages = ("/portal", base, f"{base}/form", f"{base}/form/2", f"{base}/form/check", f"{base}/materials",
             f"{base}/materials/annual-audit?year=2020", "/portal/documents", "/portal/timeline", "/portal/people")  # fmt: skip

    def costs() -> dict[str, int]:
        found = {}
        for page in pages:
            editor.get(page)
            with count_queries() as queries:
                assert editor.get(page).status_code == 200
            found[page] = len(queries)
        return found

    few = costs()
    where = session.get_one(CaseFile, filing.id).enterprise
    supply(session, head, now, session.get_one(CaseFile, filing.id), "submit")
    for days, programme in enumerate(("joint-innovation-centre", "star-maker-space", "maker-space"), start=1):
        opened(session, head, now + timedelta(days=days), where, programme=programme)
    led_to(session, head, now, "intent", enterprise=where, year=2022)
    many = costs()
    assert {page: many[page] - few[page] for page in pages if many[page] - few[page] > 2} == {}
    assert max(few.values()) <= 45, few
