"""征询意见: all that an officer of another department sees: what it is asked about, and what it said."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.cases.opinions.actions import ANSWER, READ_ASKED
from app.cases.opinions.domain import OUTCOME_LABELS
from app.cases.opinions.lists import ASKED, DONE, AskedFilter, AskedRow
from app.cases.opinions.queries import (
    DepartmentQuestion,
    department_names,
    get_asked_of,
    list_documents,
    shown_with,
)
from app.cases.opinions.schemas import AnswerOpinion
from app.cases.opinions.service import answer_opinion
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.documents import can_be_shown, send_file
from app.files.models import Document, StoredFile
from app.files.queries import get_visible_to
from app.files.vault import Upload, Vault
from app.kit.actor import Actor
from app.kit.i18n import _
from app.web.cases.opinions import opinion_badge
from app.web.shared.case_lines import Badge
from app.web.shared.tabs import Tab

router = GuardedRouter(door="web", prefix="/department")


@dataclass(frozen=True)
class AskedLine:
    """A question in the list."""

    asked: DepartmentQuestion
    badge: Badge
    url: str


@dataclass(frozen=True)
class AskedListPage:
    """The department's questions."""

    department: str
    list: Listed[AskedRow, AskedLine]
    tabs: tuple[Tab, ...]
    done: bool


@dataclass(frozen=True)
class ShownDocument:
    """A document that the department may open."""

    document: Document
    url: str


@dataclass(frozen=True)
class AskedPage:
    """One question: the firm's name, what is asked, the documents shown, and the answer or its form."""

    asked: DepartmentQuestion
    department: str
    badge: Badge
    documents: tuple[ShownDocument, ...]
    brought: ShownDocument | None
    outcomes: tuple[tuple[str, str], ...]
    form: Bound[AnswerOpinion]
    may_answer: bool


LIST = ListView(
    base="/department",
    source=ASKED,
    lines=lambda viewer, rows: [_line(DepartmentQuestion(*row), viewer.on) for row in rows],
)


@router.get("", action=READ_ASKED)
def list_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """Open questions by their day; `show=done` those answered."""
    viewer, wanted = call.viewer, LIST.wanted(query, call.viewer)
    counts = {show: ASKED.count(viewer, AskedFilter(show)) for show in ("", DONE)}
    done = wanted.show == DONE
    page = AskedListPage(
        department=department_names(call.session).get(call.actor.department, ""),
        list=LIST.around(query, viewer, wanted, LIST.found(query, viewer, wanted), counts[wanted.show]),
        tabs=(
            Tab(_("待答复"), "/department", not done, counts[""].n),
            Tab(_("已答复"), f"/department?show={DONE}", done, counts[DONE].n),
        ),
        done=done,
    )
    return call.render("web/department/list.html", page)


@router.get("/{opinion_id:int}", action=READ_ASKED)
def asked_page(call: Call, opinion_id: int) -> Response:
    """One question."""
    asked = get_asked_of(call.session, call.actor, opinion_id)
    return call.render("web/department/asked.html", _page(call.session, asked, call.on, empty()))


@router.post("/{opinion_id:int}", action=ANSWER)
def answer(call: Call, opinion_id: int) -> Response:
    """Hand the answer in."""
    return call.submit(
        AnswerOpinion,
        lambda given: answer_opinion(
            call.session, **call.by, opinion_id=opinion_id, command=given, document=_document(call.form, call.vault)
        ),
        done=lambda _done: call.redirect("/department", good=_("已答复，谢谢。")),
        again=lambda bound: call.render(
            "web/department/asked.html",
            _page(call.session, get_asked_of(call.session, call.actor, opinion_id), call.on, bound),
        ),
    )


@router.get("/{opinion_id:int}/documents/{document_id:int}", action=READ_ASKED)
def open_document(call: Call, opinion_id: int, document_id: int) -> Response:
    """A document shown with the question: in the browser where that can show it, else as a download."""
    file = _shown(call.session, call.actor, opinion_id, document_id)
    return send_file(call.vault, file, inline=can_be_shown(file))


@router.get("/{opinion_id:int}/documents/{document_id:int}/file", action=READ_ASKED)
def download_document(call: Call, opinion_id: int, document_id: int) -> Response:
    """The same as a download."""
    return send_file(call.vault, _shown(call.session, call.actor, opinion_id, document_id))


def _shown(session: Session, actor: Actor, opinion_id: int, document_id: int) -> StoredFile:
    asked = get_asked_of(session, actor, opinion_id)
    return get_visible_to(session, actor, document_id, shown_with(asked.row)).file


def _document(form: FormData, vault: Vault) -> tuple[Vault, Upload] | None:
    found = form.get("document")
    if not isinstance(found, UploadFile) or not found.filename:
        return None
    return vault, Upload(found.file, found.filename)


def _line(asked: DepartmentQuestion, on: date) -> AskedLine:
    return AskedLine(asked, opinion_badge(asked.row, asked.case_state, on), f"/department/{asked.row.id}")


def _page(session: Session, asked: DepartmentQuestion, on: date, form: Bound[AnswerOpinion]) -> AskedPage:
    row = asked.row
    held = list_documents(session, shown_with(row))
    links = {key: ShownDocument(each, f"/department/{row.id}/documents/{key}") for key, each in held.items()}
    return AskedPage(
        asked=asked,
        department=department_names(session).get(row.department, row.department),
        badge=opinion_badge(row, asked.case_state, on),
        documents=tuple(links[key] for key in row.shown if key in links),
        brought=links.get(row.document_id) if row.document_id else None,
        outcomes=tuple((str(outcome), _(label)) for outcome, label in OUTCOME_LABELS.items()),
        form=form,
        may_answer=asked.state.open,
    )
