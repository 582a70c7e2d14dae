"""When a firm may be asked for something, and how a request ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _


class RequestKind(StrEnum):
    """What is asked for: a document, a figure of a year, a visit, the answer to a question of a case, something else."""

    MATERIAL = "material"
    FIGURE = "figure"
    VISIT = "visit"
    ANSWER = "answer"
    OTHER = "other"


class RequestOutcome(StrEnum):
    """How a request ended: the firm supplied the document or figure, answered otherwise, or nothing is wanted any more."""

    SUPPLIED = "supplied"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Cause(StrEnum):
    """Why a firm should not be asked: it is gone, it is known already, or it was asked for not long ago."""

    GONE = "gone"
    ON_FILE = "on_file"
    ASKED = "asked"


@dataclass(frozen=True)
class RequestedItem:
    """What is wanted: `what` is a document kind, a figure or a question; `year` the fiscal year, where it is about one.

    Something else has no code: its `title` says what it is.
    """

    kind: RequestKind
    what: str
    year: int | None = None
    title: str = ""


@dataclass(frozen=True)
class RequestObjection:
    """One thing that speaks against asking a firm, in the reader's language; `url` leads to what is on file."""

    cause: Cause
    text: str
    url: str = ""


def check_wanted(wanted: RequestedItem, *, yearly: bool) -> None:
    """Raise `Invalid` naming what the request lacks: a year for what is yearly, a name for what has no code."""
    problems: dict[str, str] = {}
    if yearly and wanted.year is None:
        problems["year"] = _("这一项按年度，请填写所属年度。")
    if wanted.kind in (RequestKind.MATERIAL, RequestKind.FIGURE, RequestKind.ANSWER) and not wanted.what:
        problems["what"] = _("请选择要什么。")
    if wanted.kind is RequestKind.OTHER and not wanted.title:
        problems["title"] = _("请写明要什么。")
    if problems:
        raise Invalid("engagement.wanted", " ".join(problems.values()), problems)


def decide_ask(findings: Sequence[RequestObjection], reason: str, due_on: date | None, on: date) -> None:
    """Raise `Invalid` for a day that is over, and for what is on file or was asked for recently without a reason."""
    if due_on is not None and due_on < on:
        message = _("答复期限不能早于今天。")
        raise Invalid("engagement.due", message, {"due_on": message})
    if findings and not reason:
        message = _("%(found)s 如仍要向企业提出，请写明理由。") % {"found": " ".join(one.text for one in findings)}
        raise Invalid("engagement.reason", message, {"reason": message})


def decide_open(settled_on: date | None) -> None:
    """Raise `Conflict` unless the request is still open."""
    if settled_on is not None:
        raise Conflict("engagement.settled", _("这项请求已经了结。"))


def months_before(on: date, months: int) -> date:
    """The same day `months` earlier, or the last day of that month."""
    index = on.year * 12 + on.month - 1 - months
    year, month = divmod(index, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise ValueError(on)
