"""填报内容: one section at a time, kept while it is typed, checked, handed in; two people at once; readers only read."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.supply.models import CaseAnswer
from app.portal.forms.sections import MOST, section_of, sections_of
from tests.factories.cases import firm, led_to
from tests.support.client import Client
from tests.support.forms import form_to

Enter = Callable[..., Client]
FRAGMENT = {"x-yumiao-fragment": "1"}


def _answers(session: Session) -> dict[str, CaseAnswer]:
    session.expire_all()
    return {row.question: row for row in session.scalars(select(CaseAnswer))}


def _typed(client: Client, page: str, **values: str) -> dict[str, str]:
    """The section's form as the script sends it, with something typed into it: it does not use the form up."""
    fields = form_to(client.get(page).text, page).fields
    return {name: found[-1] for name, found in fields.items() if name != "once_token"} | values


def test_sections_are_short_and_keep_together_what_depends(session: Session, filing: CaseFile) -> None:
    programme = programme_of(session, filing)
    sections = sections_of(programme)
    assert [asked.code for page in sections for asked in page.questions] == [
        asked.code for asked in programme.questions if asked.supplied_by == "enterprise"
    ]
    assert len(sections) > 3 and all(len(page.questions) <= MOST for page in sections)
    assert section_of(programme, "stock_code") == section_of(programme, "listed")


def test_a_section_is_saved_checked_and_handed_in(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, form = enter(filing), f"/portal/cases/{filing.number}/form"
    assert "未填" in editor.get(form).text
    saved = editor.submit(f"{form}/1", {"q_entry_national_on": "2021-06-28", "q_entries_agree": "yes"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"{form}/2")
    assert _answers(session)["entry_national_on"].draft
    check = editor.get(f"{form}/check")
    assert "2021-06-28" in check.text and "确认无误，提交 2 项" in check.text and "项没填" in check.text
    done = editor.submit(f"{form}/check")
    assert done.headers["location"] == f"/portal/cases/{filing.number}"
    assert not _answers(session)["entry_national_on"].draft
    assert "没有待提交的内容" in editor.get(f"{form}/check").text


def test_what_a_section_still_lacks_is_said_when_it_is_saved(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, form = enter(filing), f"/portal/cases/{filing.number}/form"
    assert editor.submit(f"{form}/1", {"q_entry_national_on": "2021-06-28"}).headers["location"] == f"{form}/2"
    assert "上一部分还有" in editor.get(f"{form}/2").text


def test_what_cannot_be_read_is_named_when_handed_in(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, form = enter(filing), f"/portal/cases/{filing.number}/form"
    page = f"{form}/{section_of(programme_of(session, filing), 'profit_latest')}"
    saved = editor.submit(page, {"q_profit_latest": "很多"})
    assert (saved.status_code, saved.headers["location"]) == (303, page)
    shown = editor.get(page).text
    assert (
        "标出的项目需要更正" in shown
        and 'value="很多"' in shown
        and 'aria-invalid="true"' in shown
        and 'href="#f-q_profit_latest"' in shown
    )
    refused = editor.submit(f"{form}/check")
    assert refused.status_code == 422
    assert 'href="#f-q_profit_latest"' in refused.text and "很多" in refused.text
    assert _answers(session)["profit_latest"].draft


def test_what_is_typed_is_kept_without_pressing_anything(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, page = enter(filing), f"/portal/cases/{filing.number}/form/1"
    typed = _typed(editor, page, q_entry_national_on="2021-06")
    answer = editor.post(page, data=typed, headers=FRAGMENT)
    assert answer.status_code == 200 and answer.json()["saved"].startswith("已保存 ")
    assert _answers(session)["entry_national_on"].value == "2021-06"
    assert "已保存" in editor.get(page).text
    again = typed | {"was": answer.json()["was"], "q_entry_national_on": "2021-06-28"}
    assert editor.post(page, data=again, headers=FRAGMENT).json()["note"] == ""
    assert _answers(session)["entry_national_on"].value == "2021-06-28"


def test_two_people_at_once_keep_both_and_choose_where_both_changed(
    session: Session, filing: CaseFile, enter: Enter
) -> None:
    one, other, page = enter(filing), enter(filing, "manager"), f"/portal/cases/{filing.number}/form/1"
    first, second = _typed(one, page), _typed(other, page)
    one.post(page, data=first | {"q_entry_national_on": "2021-06-28"}, headers=FRAGMENT)
    kept = other.post(
        page, data=second | {"q_entry_national_on": "2021-06-29", "q_entries_agree": "yes"}, headers=FRAGMENT
    ).json()
    assert "国家系统提交日期" in kept["note"]
    assert {code: row.value for code, row in _answers(session).items()} == {
        "entry_national_on": "2021-06-28",
        "entries_agree": "yes",
    }
    mine = second | {"was": kept["was"], "q_entry_national_on": "2021-06-29", "q_entries_agree": "yes"}
    asked = other.post(page, data=mine)
    assert asked.status_code == 422 and "请逐项选择" in asked.text
    fields = {name: found[-1] for name, found in form_to(asked.text, page).fields.items()}
    assert fields["clash-q_entry_national_on"] == ""
    chosen = other.post(page, data=fields | {"choose-q_entry_national_on": "yours"})
    assert chosen.status_code == 303
    assert _answers(session)["entry_national_on"].value == "2021-06-29"


def test_a_reader_sees_and_writes_nothing(session: Session, filing: CaseFile, enter: Enter) -> None:
    editor, reader, form = enter(filing), enter(filing, "reader"), f"/portal/cases/{filing.number}/form"
    editor.submit(f"{form}/1", {"q_entry_national_on": "2021-06-28"})
    for path in (form, f"{form}/1", f"{form}/check"):
        text = reader.get(path).text
        assert "保存并继续" not in text and "确认无误" not in text
    assert "2021-06-28" in reader.get(f"{form}/1").text
    assert reader.post_form(f"{form}/1", {"q_entries_agree": "yes"}).status_code == 403
    assert reader.post_form(f"{form}/check").status_code == 403


def test_another_firms_form_and_an_unknown_section_do_not_exist(
    session: Session, filing: CaseFile, enter: Enter
) -> None:
    stranger = enter(filing)
    assert stranger.get(f"/portal/cases/{filing.number}/form/99").status_code == 404
    session.get_one(CaseFile, filing.id).enterprise_id = firm(session).id
    for path in ("form", "form/1", "form/check"):
        assert stranger.get(f"/portal/cases/{filing.number}/{path}").status_code == 404


def test_what_was_handed_in_stays_as_it_is_during_the_review(
    session: Session, head: object, now: object, enter: Enter
) -> None:
    case = led_to(session, head, now, "review", enterprise=firm(session))  # type: ignore[arg-type]
    editor, page = enter(case), f"/portal/cases/{case.number}/form/1"
    assert "保存并继续" not in editor.get(page).text
    refused = editor.post(page, data={"csrf_token": editor.csrf_token(), "q_entries_agree": "no"}, headers=FRAGMENT)
    assert refused.status_code == 409 and "正在审查" in refused.json()["refused"]
