"""督办, decided without a database: who may ask, answer, ask again and close, and what each needs."""

from dataclasses import dataclass
from datetime import date, datetime

from app.cases.domain.state import CaseState
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.i18n import _


@dataclass(frozen=True)
class SupervisionState:
    """A request under supervision as decisions see it."""

    officer_id: int
    asked_by: int | None
    version: int
    due_on: date
    answered_at: datetime | None = None
    closed_at: datetime | None = None


def decide_ask(state: str, officer_id: int | None, text: str, due_on: date, today: date) -> tuple[int, str]:
    """Whom it is asked of (the officer in charge) and the text as kept.

    Raises `Conflict` for a case that is over, `Invalid` without an officer, a text, or with a day that has passed.
    """
    if state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    if officer_id is None:
        raise Invalid("case.supervision.unled", _("该件还没有经办人，请先指定经办人，再督办。"))
    return officer_id, _checked(text, due_on, today)


def decide_answer(held: SupervisionState, actor: Actor, version: int, text: str) -> str:
    """The answer as kept; only the officer who was asked answers, once each time."""
    _check_open(held, version)
    if held.officer_id != actor.id:
        raise Forbidden("case.supervision.not_yours", _("督办由该件的经办人答复。"))
    if held.answered_at is not None:
        raise Conflict("case.supervision.answered", _("这项督办已经答复，请等待督办人处理。"))
    if not text.strip():
        message = _("请写明办理情况。")
        raise Invalid("case.supervision.answer", message, {"answer": message})
    return text.strip()


def decide_ask_again(held: SupervisionState, version: int, text: str, due_on: date, today: date) -> str:
    """The new request as kept; the answer given before stays in the journal."""
    _check_open(held, version)
    return _checked(text, due_on, today)


def decide_close(held: SupervisionState, version: int) -> None:
    """Raise `Conflict` when it is closed already or was changed meanwhile."""
    _check_open(held, version)


def is_overdue(held: SupervisionState, on: date) -> bool:
    """Whether its day has passed without an answer."""
    return held.closed_at is None and held.answered_at is None and held.due_on < on


def _check_open(held: SupervisionState, version: int) -> None:
    if held.closed_at is not None:
        raise Conflict("case.supervision.closed", _("这项督办已经办结。"))
    if held.version != version:
        raise Conflict("case.stale", _("该件刚被他人改动，请核对后重新提交。"))


def _checked(text: str, due_on: date, today: date) -> str:
    errors: dict[str, str] = {}
    if not text.strip():
        errors["request"] = _("请写明要求。")
    if due_on < today:
        errors["due_on"] = _("期限不能早于今天。")
    if errors:
        raise Invalid("case.supervision.incomplete", _("请先补齐或更正标出的项目。"), errors)
    return text.strip()
