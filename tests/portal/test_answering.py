"""Corrections answered item by item and handed in again; steps with clear refusals; ratings; what is reported regularly."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.cases.oversight.models import ServiceRating
from app.cases.schemas import TakeStep
from app.cases.service.moving import take_step
from app.cases.supply.models import CorrectionItem
from app.cases.supply.schemas import AskCorrections, CorrectionAsked
from app.cases.supply.service.corrections import ask_corrections
from app.kit.actor import Actor
from tests.factories.cases import firm, led_to
from tests.factories.supplies import supply
from tests.support.client import Client
from tests.support.forms import form_to

Enter = Callable[..., Client]


@pytest.fixture
def returned(session: Session, head: Actor, now: datetime) -> CaseFile:
    """A certification sent back with two things to correct."""
    case = led_to(session, head, now, "review", enterprise=firm(session))
    back = TakeStep(action="return", version=case.version, reason="两处需要更正（示例）")
    take_step(session, actor=head, now=now, number=case.number, command=back)
    items = [
        CorrectionAsked(kind="question", code="tax_collection", remark="与税务登记不符（示例）"),
        CorrectionAsked(kind="material", code="business-licence", remark="缺印章（示例）"),
    ]
    command = AskCorrections(items=items, due_on=date(2021, 7, 15))
    ask_corrections(session, actor=head, now=now, number=case.number, command=command)
    return case


@pytest.fixture
def certified(session: Session, head: Actor, now: datetime) -> CaseFile:
    """A certification led to its certificate."""
    return led_to(session, head, now, "certified", enterprise=firm(session))


# -- corrections and steps ---------------------------------------------------------------------------------------------------


def test_items_are_answered_one_by_one_and_handed_in_again(session: Session, returned: CaseFile, enter: Enter) -> None:
    editor, base = enter(returned), f"/portal/cases/{returned.number}"
    rows = list(session.scalars(select(CorrectionItem).order_by(CorrectionItem.id)))
    pages = [f"{base}/corrections/{row.id}" for row in rows]
    asked = next(page for page, row in zip(pages, rows, strict=True) if row.code == "tax_collection")
    home = editor.get(base).text
    assert "与税务登记不符" in home and asked in home and "补正完成，再次提交" in home
    assert f"还差 {len(rows)} 项" in editor.get(f"{base}/steps/resubmit").text
    assert f"{base}/form/" in editor.get(asked).text
    empty = editor.submit(asked, {"answer": ""})
    assert empty.status_code == 422 and "请填写此项" in empty.text
    for page, following in zip(pages, [*pages[1:], base], strict=True):
        assert editor.submit(page, {"answer": "已按意见改正（示例）"}).headers["location"] == following
    assert "已答复，待确认" in editor.get(f"{base}/corrections").text
    assert editor.submit(f"{base}/steps/resubmit").status_code == 303
    assert session.get_one(CaseFile, returned.id).stage == "review"


def test_a_step_that_lacks_something_is_refused_by_name(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, step = enter(filing), f"/portal/cases/{filing.number}/steps/submit"
    page = editor.get(step).text
    assert "补齐后才能提交" in page and "营业执照" in page and 'action="/portal' not in page.partition("<main")[2]
    refused = editor.post_form(step, {"version": str(filing.version)})
    assert refused.status_code == 422 and "营业执照" in refused.text
    assert session.get_one(CaseFile, filing.id).stage == "filing"


def test_the_firm_hands_in_itself_and_withdraws_with_a_reason(
    session: Session, filing: CaseFile, enter: Enter, head: Actor, now: datetime
) -> None:
    supply(session, head, now, filing, "submit")
    editor, base = enter(filing), f"/portal/cases/{filing.number}"
    assert f'href="{base}/steps/submit"' in editor.get(base).text
    assert editor.submit(f"{base}/steps/submit").headers["location"] == base
    case = session.get_one(CaseFile, filing.id)
    assert (case.stage, case.submitted_on is not None) == ("review", True)
    no_reason = editor.submit(f"{base}/steps/withdraw", {"reason": ""})
    assert no_reason.status_code == 422 and "请写明理由" in no_reason.text
    assert editor.submit(f"{base}/steps/withdraw", {"reason": "经营计划有变（示例）"}).status_code == 303
    session.expire_all()
    assert session.get_one(CaseFile, filing.id).state == "withdrawn"


def test_steps_of_the_bureau_and_unknown_ones_are_not_the_firms(filing: CaseFile, enter: Enter) -> None:
    editor, base = enter(filing), f"/portal/cases/{filing.number}/steps"
    assert editor.get(f"{base}/back-to-preparation").status_code == 409
    assert editor.get(f"{base}/no-such-step").status_code == 404


def test_a_reader_takes_no_step_and_answers_nothing(session: Session, returned: CaseFile, enter: Enter) -> None:
    reader, base = enter(returned, "reader"), f"/portal/cases/{returned.number}"
    item = session.scalars(select(CorrectionItem)).first()
    assert item is not None
    assert "补正完成" not in reader.get(base).text
    assert "<textarea" not in reader.get(f"{base}/corrections/{item.id}").text
    for path in ("steps/resubmit", f"corrections/{item.id}", "steps/withdraw", "rating", "next", "renew"):
        assert reader.post_form(f"{base}/{path}", {"answer": "x"}).status_code == 403


# -- what is reported regularly ------------------------------------------------------------------------------------------------


def _due_now(session: Session, case: CaseFile, code: str = "annual-report") -> CaseDuty:
    """The first duty of that code, open since last year."""
    row = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case.id, CaseDuty.code == code)).first()
    assert row is not None
    row.opens_on, row.due_on = date(2022, 1, 1), date(2022, 5, 31)
    session.flush()
    return row


def test_a_yearly_report_is_drafted_then_handed_in(session: Session, certified: CaseFile, enter: Enter) -> None:
    row, editor = _due_now(session, certified), enter(certified)
    page = f"/portal/cases/{certified.number}/duties/{row.id}"
    assert page in editor.get("/portal").text
    assert editor.submit(page, {"v_staff": "42", "act": "draft"}).status_code == 303
    assert 'value="42"' in editor.get(page).text
    lacking = editor.submit(page, {"act": "done"})
    assert lacking.status_code == 422 and "请填写" in lacking.text
    added = editor.submit(
        f"/portal/documents/new?kind=annual-report&next={page}",
        {"year": "2021"},
        to="/portal/documents/new",
        files=[("files", ("年报.jpg", b"\xff\xd8\xff\xe0" + bytes(64), "image/jpeg"))],
    )
    assert added.headers["location"] == page
    fields = form_to(editor.get(page).text, page).fields
    assert fields["v_staff"] == ["42"]
    shelf = editor.get(page).text.partition('name="documents" value="')[2].partition('"')[0]
    figures = {name: "10" for name in fields if name.startswith("v_")}
    done = editor.submit(page, figures | {"documents": shelf, "act": "done"})
    assert done.status_code == 303
    session.expire_all()
    assert session.get_one(CaseDuty, row.id).done_on is not None
    assert "已填报的" in editor.get(f"/portal/cases/{certified.number}").text


def test_a_part_is_not_more_than_its_whole_and_a_draft_says_what_is_wrong(
    session: Session, certified: CaseFile, enter: Enter
) -> None:
    row, editor = _due_now(session, certified), enter(certified)
    page = f"/portal/cases/{certified.number}/duties/{row.id}"
    wrong = {"v_total_income": "100万", "v_high_tech_income": "200万", "v_taxes_paid": "abc"}
    assert editor.submit(page, wrong | {"act": "draft"}).status_code == 303
    shown = editor.get(page).text
    assert 'value="abc"' in shown and 'value="200万"' in shown
    assert "不能大于“上年度总收入”" in shown and 'href="#f-v_taxes_paid"' in shown
    refused = editor.submit(page, {"act": "done"})
    assert refused.status_code == 422 and "不能大于“上年度总收入”" in refused.text
    editor.submit(page, {"v_high_tech_income": "100万", "v_taxes_paid": "1", "act": "draft"})
    assert "不能大于" not in editor.get(page).text


def test_two_people_fill_in_one_report(session: Session, certified: CaseFile, enter: Enter) -> None:
    row, one, other = _due_now(session, certified), enter(certified), enter(certified, "manager")
    page = f"/portal/cases/{certified.number}/duties/{row.id}"
    opened = {name: found[-1] for name, found in form_to(other.get(page).text, page).fields.items()}
    one.submit(page, {"v_staff": "42", "act": "draft"})
    kept = other.post(page, data=opened | {"v_rd_staff": "7", "act": "draft"})
    assert kept.status_code == 303
    session.expire_all()
    assert session.get_one(CaseDuty, row.id).draft["values"] == {"staff": "42", "rd_staff": "7"}
    late = {name: text for name, text in opened.items() if name != "once_token"} | {"v_staff": "50", "act": "draft"}
    asked = other.post(page, data=late)
    assert asked.status_code == 422 and "请逐项选择" in asked.text and "42" in asked.text


def test_a_change_is_reported_and_then_filled_in(session: Session, certified: CaseFile, enter: Enter) -> None:
    editor, base = enter(certified), f"/portal/cases/{certified.number}"
    assert f"{base}/reports/change-report" in editor.get(base).text
    future = editor.submit(f"{base}/reports/change-report", {"happened_on": "2999-01-01"})
    assert future.status_code == 422 and "不能晚于今天" in future.text
    said = editor.submit(f"{base}/reports/change-report", {"happened_on": "2021-06-20"})
    assert said.status_code == 303 and f"{base}/duties/" in said.headers["location"]
    assert "变化类型" in editor.get(said.headers["location"]).text
    assert editor.get(f"{base}/reports/annual-report").status_code == 404


def test_what_the_bureau_does_and_other_firms_duties_do_not_exist(
    session: Session, certified: CaseFile, enter: Enter
) -> None:
    editor, base = enter(certified), f"/portal/cases/{certified.number}/duties"
    reminder = _due_now(session, certified, "renewal-reminder")
    assert editor.get(f"{base}/{reminder.id}").status_code == 404
    assert editor.get(f"{base}/999999").status_code == 404
    row = _due_now(session, certified)
    reader = enter(certified, "reader")
    assert "保存草稿" not in reader.get(f"{base}/{row.id}").text
    assert reader.post_form(f"{base}/{row.id}", {"act": "done"}).status_code == 403


# -- rating --------------------------------------------------------------------------------------------------------------------


def test_a_finished_case_is_rated_once_in_the_portal(session: Session, certified: CaseFile, enter: Enter) -> None:
    editor, page = enter(certified), f"/portal/cases/{certified.number}/rating"
    assert page in editor.get(f"/portal/cases/{certified.number}").text
    none = editor.submit(page)
    assert none.status_code == 422 and "请填写此项" in none.text
    done = editor.submit(page, {"grade": "2", "items": ["efficiency", "platform"], "remark": "通知较晚（示例）"})
    assert done.status_code == 303
    row = session.scalars(select(ServiceRating)).one()
    assert (row.grade, row.items) == (2, ["efficiency", "platform"])
    assert "只评价一次" in editor.get(page).text
    assert editor.post_form(page, {"grade": "5"}).status_code == 422
    assert "不满意" in editor.get(f"/portal/cases/{certified.number}").text


def test_an_open_case_is_not_rated_in_the_portal(filing: CaseFile, enter: Enter) -> None:
    editor, page = enter(filing), f"/portal/cases/{filing.number}/rating"
    assert "办结后才能评价" in editor.get(page).text
    assert editor.post_form(page, {"grade": "5"}).status_code == 422


# -- what happened -------------------------------------------------------------------------------------------------------------


def test_the_timeline_tells_the_firm_in_public_words(
    session: Session, returned: CaseFile, enter: Enter, head: Actor
) -> None:
    reader = enter(returned, "reader")
    text = reader.get("/portal/timeline").text
    assert "材料需要补正，请按退回意见逐条修改后再次提交" in text and "两处需要更正" in text
    assert head.name not in text and "科技局" in text
    assert reader.get("/portal/timeline?before=1").status_code == 200
