"""Asking departments and answering, decided without a database: who may be asked, what an answer needs, how it stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import N_, _


class OpinionOutcome(StrEnum):
    """What a department says."""

    AGREE = "agree"
    AGREE_WITH_REMARKS = "agree_with_remarks"
    OBJECT = "object"
    NOT_CONCERNED = "not_concerned"


OUTCOME_LABELS = {
    OpinionOutcome.AGREE: N_("同意"),
    OpinionOutcome.AGREE_WITH_REMARKS: N_("同意，有意见"),
    OpinionOutcome.OBJECT: N_("不同意"),
    OpinionOutcome.NOT_CONCERNED: N_("不涉及本部门职责"),
}
NEEDS_TEXT = frozenset({OpinionOutcome.AGREE_WITH_REMARKS, OpinionOutcome.OBJECT})
"""Answers that say nothing without their reasons."""


@dataclass(frozen=True)
class OpinionState:
    """A question as decisions see it; `answerable` is false once the case it is about has ended."""

    department: str
    version: int
    asked_at: datetime
    reminded_at: datetime | None = None
    outcome: str = ""
    withdrawn: bool = False
    answerable: bool = True

    @property
    def open(self) -> bool:
        """Whether an answer is still awaited."""
        return not self.outcome and not self.withdrawn and self.answerable


@dataclass(frozen=True)
class OpinionQuestion:
    """What is asked of which departments, with which documents shown, to be answered by when."""

    departments: tuple[str, ...]
    text: str
    shown: tuple[int, ...]
    due_on: date | None


def decide_ask(
    question: OpinionQuestion, *, names: Mapping[str, str], waiting: Collection[str], on_file: Collection[int]
) -> OpinionQuestion:
    """The question as it is kept: each department and document once, the text without blanks around it.

    `names` are the departments that can be asked, `waiting` those whose answer to an earlier question is awaited,
    `on_file` the firm's documents. Raises `Invalid` beside the field, `Conflict` where a department was asked already.
    """
    departments = tuple(dict.fromkeys(question.departments))
    if not departments or not set(departments) <= names.keys():
        raise _invalid("departments", _("请选择要征询的部门。"))
    if not question.text.strip():
        raise _invalid("question", _("请写明征询的问题。"))
    if not set(question.shown) <= set(on_file):
        raise _invalid("shown", _("所选材料不在该企业的材料库中，请重新选择。"))
    again = [names[code] for code in departments if code in waiting]
    if again:
        message = _("已向%(who)s发出征询，尚未答复；可以催办或撤回，不能重复征询。") % {"who": _("、").join(again)}
        raise Conflict("opinion.open", message, {"departments": message})
    return OpinionQuestion(departments, question.text.strip(), tuple(dict.fromkeys(question.shown)), question.due_on)


def decide_remind(state: OpinionState, version: int, now: datetime) -> None:
    """A department is reminded of an open question, once a day at most. Raises `Conflict`."""
    _check_open(state, version)
    last = state.reminded_at or state.asked_at
    if today(last) == today(now):
        raise Conflict("opinion.reminded", _("今天已经发出征询或催办，请明天再催。"))


def decide_withdraw(state: OpinionState, version: int) -> None:
    """A question is taken back before it is answered. Raises `Conflict`."""
    _check_open(state, version)


def decide_answer(state: OpinionState, version: int, *, department: str, outcome: OpinionOutcome, text: str) -> None:
    """A department answers a question put to it, once. Raises `NotFound`, `Conflict`, `Invalid` (no reasons given)."""
    if not department or state.department != department:
        raise unknown_opinion()
    _check_open(state, version)
    if outcome in NEEDS_TEXT and not text.strip():
        raise _invalid("answer", _("请写明意见和理由。"))


def unknown_opinion() -> NotFound:
    """The refusal of a question that is not there, or not for the asker's eyes."""
    return NotFound("opinion.unknown", _("没有这项征询。"))


def _check_open(state: OpinionState, version: int) -> None:
    if state.withdrawn:
        raise Conflict("opinion.withdrawn", _("该征询已被撤回，无需答复。"))
    if state.outcome:
        raise Conflict("opinion.answered", _("该征询已经答复。"))
    if not state.answerable:
        raise Conflict("opinion.case_closed", _("该件已办结，不再征询意见。"))
    if state.version != version:
        raise Conflict("opinion.stale", _("该征询刚被他人改动，请核对后重新提交。"))


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(f"opinion.{field}", message, {field: message})
