"""May a duty be filled in, done, waived, dated? What was filled in is checked by its kind. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from app.kit.actor import Actor, ActorKind
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.i18n import _
from app.programmes.domain.answers import problems_of, read_answer
from app.programmes.domain.definition import DutyTemplate


@dataclass(frozen=True)
class DutyState:
    """A duty as it stands."""

    by: str
    opens_on: date
    due_on: date | None
    done_on: date | None
    waived_on: date | None


def check_open(duty: DutyState, actor: Actor) -> None:
    """Raise unless the duty still waits, and waits for this actor: firms do their own, officers enter any."""
    if duty.done_on is not None:
        raise Conflict("duty.done", _("该事项已完成。"))
    if duty.waived_on is not None:
        raise Conflict("duty.waived", _("该事项已免除。"))
    if actor.kind is ActorKind.ENTERPRISE and duty.by != "enterprise":
        raise Forbidden("duty.not_yours", _("该事项由市科技局办理。"))


def read_values(template: DutyTemplate, values: Mapping[str, str], *, draft: bool) -> dict[str, str]:
    """The answers as they are kept; raises `Invalid` naming each bad one. A draft may lack what is required."""
    fields = {field.code: field for field in template.fields}
    given = {code: values.get(code, "").strip() for code in fields}
    errors = {code: _("该事项不需要此项。") for code in values if code not in fields}
    if not draft:
        errors |= problems_of(template.fields, given)
        empty = (field for field in template.fields if field.required and not given[field.code])
        errors |= {field.code: _("请填写%(label)s。") % {"label": field.label} for field in empty}
    if errors:
        raise Invalid("duty.incomplete", _("请先补齐或更正标出的项目。"), errors)
    return {code: text if draft else read_answer(fields[code], text) for code, text in given.items() if text}


def check_documents(template: DutyTemplate, kinds: Collection[str], names: Mapping[str, str]) -> None:
    """Raise `Invalid` while a kind of document that the duty asks for is not among those given."""
    missing = [names.get(kind, kind) for kind in template.documents if kind not in kinds]
    if missing:
        message = _("还缺：%(kinds)s。") % {"kinds": _("、").join(missing)}
        raise Invalid("duty.documents", message, {"documents": message})


def check_done_on(duty: DutyState, done_on: date, today: date) -> None:
    """Raise `Invalid` for a day to come or before the duty began."""
    message = ""
    if done_on > today:
        message = _("完成日期不能晚于今天。")
    elif done_on < duty.opens_on:
        message = _("该事项自 %(day)s 起办理。") % {"day": duty.opens_on.isoformat()}
    if message:
        raise Invalid("duty.day", message, {"done_on": message})


def check_due(duty: DutyState, due_on: date, reason: str) -> None:
    """Raise unless the duty may be due on `due_on`; the first day needs no reason, another one does."""
    errors: dict[str, str] = {}
    if due_on < duty.opens_on:
        errors["due_on"] = _("期限不能早于开始日期 %(day)s。") % {"day": duty.opens_on.isoformat()}
    elif due_on == duty.due_on:
        errors["due_on"] = _("期限没有变化。")
    if duty.due_on is not None and not reason.strip():
        errors["reason"] = _("请写明理由。")
    if errors:
        raise Invalid("duty.due", next(iter(errors.values())), errors)
