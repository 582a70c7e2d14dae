"""Words of requests, visits and rounds, and the form by which a firm is asked: shared by the pages of engagement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.cases.burden import CORRECTION, RETURNED
from app.doors.forms.bound import Bound
from app.engagement.domain.requests import RequestKind, RequestOutcome
from app.engagement.domain.visits import ContactMethod
from app.engagement.models import FirmRequest, Visit
from app.engagement.schemas import OWN_DEPARTMENT, AskFirm
from app.enterprises.events import FIELD_LABELS
from app.enterprises.part_fields import FIGURE_NAMES
from app.kit.errors import DomainError
from app.kit.i18n import N_, _
from app.reference.queries import Choice, list_terms
from app.web.shared.enterprise_words import Badge, Choices

KINDS: dict[str, str] = {
    RequestKind.MATERIAL: N_("材料"),
    RequestKind.FIGURE: N_("数据"),
    RequestKind.VISIT: N_("走访"),
    RequestKind.ANSWER: N_("答题"),
    RequestKind.OTHER: N_("其他"),
}
#: Kinds of the burden count: requests, and what follows from casework.
BURDEN_KINDS: dict[str, str] = KINDS | {CORRECTION: N_("补正"), RETURNED: N_("退回重交")}
MANNERS: dict[str, str] = {
    ContactMethod.CALL: N_("电话"),
    ContactMethod.VISIT: N_("走访"),
    ContactMethod.OFFICE: N_("来局"),
    ContactMethod.WRITTEN: N_("书面"),
}
STATES: dict[str, str] = {
    "open": N_("待回应"),
    "overdue": N_("逾期"),
    "settled": N_("已回应"),
    "withdrawn": N_("已撤回"),
}
ASK_LABELS: dict[str, str] = {
    "wanted": N_("要什么"),
    "title": N_("写明要什么"),
    "year": N_("年度"),
    "department": N_("以谁的名义"),
    "due_on": N_("答复期限"),
    "message": N_("给企业的话"),
    "reason": N_("仍要提出的理由"),
}


@dataclass(frozen=True)
class Vocabulary:
    """The words of two vocabularies, read once a page."""

    departments: dict[str, str]
    documents: tuple[Choice, ...]

    def title(self, row: FirmRequest) -> str:
        """What was asked for, in the reader's language where it has a code."""
        label = {choice.code: choice.label for choice in self.documents}.get(row.what, "")
        if row.kind == RequestKind.FIGURE:
            label = _(FIELD_LABELS.get(f"enterprise.figures.{row.what}", row.title))
        if row.kind not in (RequestKind.MATERIAL, RequestKind.FIGURE) or not label:
            return _(row.title)
        return _("%(what)s（%(year)s 年）") % {"what": label, "year": row.year} if row.year else label


def vocabulary(session: Session) -> Vocabulary:
    """Departments and kinds of documents; one query."""
    terms = list_terms(session, "department", "document_kind")
    return Vocabulary({choice.code: choice.label for choice in terms["department"]}, tuple(terms["document_kind"]))


def pairs(words: dict[str, str]) -> Choices:
    """Coded words as choices."""
    return tuple((code, _(label)) for code, label in words.items())


@dataclass(frozen=True)
class RequestLine:
    """A request as a row: what, in whose name, how it stands, and what can be done."""

    row: FirmRequest
    title: str
    kind: str
    department: str
    badge: Badge


def request_line(row: FirmRequest, words: Vocabulary, on: date) -> RequestLine:
    """A request in words."""
    return RequestLine(
        row=row,
        title=words.title(row),
        kind=_(KINDS[row.kind]),
        department=words.departments.get(row.department, row.department),
        badge=_badge(row, on),
    )


def _badge(row: FirmRequest, on: date) -> Badge:
    if row.outcome == RequestOutcome.WITHDRAWN:
        return "idle", _("已撤回")
    if row.settled_on is not None:
        return "good", _("已提供") if row.outcome == RequestOutcome.SUPPLIED else _("已回应")
    if row.due_on is None:
        return "wait", _("待回应")
    left = (row.due_on - on).days
    if left < 0:
        return "late", _("逾期 %(n)s 天") % {"n": -left}
    return "wait", _("今天到期") if left == 0 else _("%(n)s 天后到期") % {"n": left}


@dataclass(frozen=True)
class VisitLine:
    """A contact as a row."""

    row: Visit
    manner: str
    call_back: Badge | None


def visit_line(row: Visit, on: date) -> VisitLine:
    """A contact in words."""
    return VisitLine(row, _(MANNERS.get(row.manner, row.manner)), _call_back(row, on))


def _call_back(row: Visit, on: date) -> Badge | None:
    if row.call_back_on is None:
        return None
    if row.called_back_on is not None:
        return "good", _("已回访")
    day = {"day": row.call_back_on.isoformat()}
    return ("late", _("应于 %(day)s 回访") % day) if row.call_back_on < on else ("wait", _("%(day)s 回访") % day)


# -- the form by which firms are asked -----------------------------------------------------------------------------------


class AskForm(BaseModel):
    """What is chosen on the form: `wanted` is a kind and a code, such as `material:annual-audit`."""

    wanted: str = Field(min_length=1, max_length=80)
    title: str = Field(default="", max_length=200)
    year: int | None = Field(default=None, ge=1980, le=2100)
    department: str = Field(default=OWN_DEPARTMENT, max_length=40)
    due_on: date | None = None
    message: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=1000)
    case_number: str = Field(default="", max_length=24)

    def asked(self, titles: dict[str, str] | None = None) -> AskFirm:
        """As the input of the use case; `titles` are the words of questions by their code."""
        kind, _colon, what = self.wanted.partition(":")
        title = (titles or {}).get(what, self.title) if kind == RequestKind.ANSWER else self.title
        values = self.model_dump(exclude={"wanted", "title"}) | {"kind": kind, "what": what, "title": title}
        return AskFirm.model_validate(values)


@dataclass(frozen=True)
class AskChoices:
    """What can be chosen on the form."""

    wanted: Choices
    departments: Choices
    years: Choices
    labels: dict[str, str]


def ask_choices(words: Vocabulary, on: date, questions: Iterable[tuple[str, str]] = ()) -> AskChoices:
    """Documents, figures, a visit, the questions of a case, something else."""
    documents = ((f"material:{one.code}", _("材料 · %(what)s") % {"what": one.label}) for one in words.documents)
    named = ((name, _(FIELD_LABELS[f"enterprise.figures.{name}"])) for name in FIGURE_NAMES)
    figures = ((f"figure:{name}", _("数据 · %(what)s") % {"what": label}) for name, label in named)
    asked = ((f"answer:{code}", _("答题 · %(what)s") % {"what": label}) for code, label in questions)
    return AskChoices(
        wanted=(*documents, *figures, *asked, ("visit:", _("走访")), ("other:", _("其他（在下面写明）"))),
        departments=tuple(words.departments.items()),
        years=tuple((str(year), str(year)) for year in range(on.year, on.year - 6, -1)),
        labels={name: _(label) for name, label in ASK_LABELS.items()},
    )


def fields_on_form(error: DomainError) -> DomainError:
    """The refusal with what the service calls `what` shown at the field of the form."""
    if "what" in error.fields:
        error.fields["wanted"] = error.fields.pop("what")
    return error


def first_values(on: date, **given: Any) -> dict[str, Any]:
    """What the form begins with: the bureau itself, an answer within a week."""
    return {"department": OWN_DEPARTMENT, "due_on": (on + timedelta(days=7)).isoformat()} | given


def reason_wanted(form: Bound[AskForm]) -> bool:
    """Whether the form must show the field for a reason: something speaks against asking, or one was given."""
    return "reason" in form.errors or bool(form.raw.get("reason"))
