"""部门意见 of a case: who was asked what and when, what they said, what the programme wants asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.opinions.actions import ASK
from app.cases.opinions.domain import OUTCOME_LABELS, OpinionOutcome
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import (
    list_documents,
    shown_with,
    state_of,
)
from app.cases.supplies import CaseContents
from app.files.models import Document
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.programmes.domain.definition import Programme
from app.web.shared.case_lines import Badge, due_badge

LOOKS = {
    OpinionOutcome.AGREE: "good",
    OpinionOutcome.AGREE_WITH_REMARKS: "wait",
    OpinionOutcome.OBJECT: "late",
    OpinionOutcome.NOT_CONCERNED: "idle",
}


@dataclass(frozen=True)
class DocumentLink:
    """A document with the address that opens it."""

    title: str
    url: str


@dataclass(frozen=True)
class OpinionLine:
    """A question to one department and what became of it; the newest one to each can be linked to (`anchor`)."""

    row: Opinion
    department: str
    anchor: str
    badge: Badge
    shown: tuple[DocumentLink, ...]
    document: DocumentLink | None
    url: str
    open: bool


@dataclass(frozen=True)
class WantedOpinion:
    """An opinion that a step of the programme asks for and that was not asked yet."""

    department: str
    anchor: str
    step: str
    required: bool
    question: str
    url: str


@dataclass(frozen=True)
class OpinionPanel:
    """The panel of the case page."""

    lines: tuple[OpinionLine, ...]
    wanted: tuple[WantedOpinion, ...]
    ask_url: str
    waiting: int


def opinion_panel(
    session: Session, contents: CaseContents, programme: Programme, actor: Actor, on: date
) -> OpinionPanel:
    """Everything that was asked about the case, the newest first, and what the programme wants asked."""
    case, names = contents.case, {code: str(name) for code, name in contents.departments.items()}
    lines = opinion_lines(session, case, contents.opinions, names, on)
    may_ask = case.state == CaseState.OPEN and can(actor, ASK, case.enterprise)
    return OpinionPanel(
        lines=lines,
        wanted=wanted_opinions(case, programme, lines, names) if may_ask else (),
        ask_url=f"/cases/{case.number}/opinions" if may_ask else "",
        waiting=sum(line.open for line in lines),
    )


def opinion_badge(row: Opinion, case_state: str, on: date) -> Badge:
    """How a question stands, in a word or two."""
    if row.withdrawn_at is not None:
        return "idle", _("已撤回")
    if row.outcome:
        outcome = OpinionOutcome(row.outcome)
        return LOOKS[outcome], _(OUTCOME_LABELS[outcome])
    if case_state != CaseState.OPEN:
        return "idle", _("未答复，已办结")
    due = due_badge(row.due_on, on)
    if due is None:
        return "info", _("待答复")
    return ("info" if due[0] == "idle" else due[0]), _("待答复，期限 %(due)s") % {"due": due[1]}


def opinion_lines(
    session: Session, case: CaseFile, rows: Sequence[Opinion], names: Mapping[str, str], on: date
) -> tuple[OpinionLine, ...]:
    """Questions about the case as lines, with the `names` of the departments; one query for the documents, if any."""
    shown = {key for row in rows for key in shown_with(row)}
    documents = list_documents(session, shown) if shown else {}
    newest = {row.department: row.id for row in reversed(rows) if row.withdrawn_at is None}
    return tuple(_line(case, row, names, documents, on, newest.get(row.department) == row.id) for row in rows)


def _line(
    case: CaseFile, row: Opinion, names: Mapping[str, str], documents: Mapping[int, Document], on: date, newest: bool
) -> OpinionLine:
    shown = (documents[key] for key in row.shown if key in documents)
    brought = documents.get(row.document_id) if row.document_id else None
    return OpinionLine(
        row=row,
        department=names.get(row.department, row.department),
        anchor=f"opinion-{row.department}" if newest else "",
        badge=opinion_badge(row, case.state, on),
        shown=tuple(_link(held) for held in shown),
        document=_link(brought) if brought else None,
        url=f"/cases/{case.number}/opinions/{row.id}",
        open=state_of(row, case.state).open,
    )


def _link(document: Document) -> DocumentLink:
    return DocumentLink(document.title, f"/documents/{document.id}")


def wanted_opinions(
    case: CaseFile, programme: Programme, lines: tuple[OpinionLine, ...], names: Mapping[str, str]
) -> tuple[WantedOpinion, ...]:
    """What the steps out of the present stage want asked of departments that were not asked, or whose question was taken back."""
    asked = {line.row.department for line in lines if line.row.withdrawn_at is None}
    steps = programme.actions_from(case.stage)
    wanted = {guard.department: (step, guard) for step in reversed(steps) for guard in step.needs.opinions}
    return tuple(
        WantedOpinion(
            department=names.get(code, code),
            anchor=f"opinion-{code}",
            step=str(step.label),
            required=guard.mode == "require",
            question=str(guard.question),
            url=f"/cases/{case.number}/opinions?department={quote(code)}",
        )
        for code, (step, guard) in wanted.items()
        if code not in asked
    )
