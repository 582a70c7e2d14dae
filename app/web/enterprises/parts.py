"""Adding, changing and removing the records below a firm: one pair of pages for every kind."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Path
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.forms.fields import AskedGroup, asked_groups, texts_of
from app.doors.forms.merges import WAS, JointForm, Together, began_with, was_as
from app.enterprises import actions
from app.enterprises.models import Enterprise
from app.enterprises.service.parts import PartChange, find_part, remove_part
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.merges import Clashing, merge
from app.web.enterprises.head import EnterpriseHead, editable_firm, head_of
from app.web.enterprises.part_forms import (
    PART_FORMS,
    PartForm,
    choices_for,
    labels_of,
    raw_of,
)
from app.web.shared.enterprise_words import words

router = GuardedRouter(door="web", prefix="/enterprises")

Slug = StrEnum("Slug", {slug.upper(): slug for slug in PART_FORMS})  # type: ignore[misc]
PartId = Annotated[int, Path(ge=1, le=2**62)]


@dataclass(frozen=True)
class PartPage:
    """The form of one record."""

    head: EnterpriseHead
    title: str
    form: Bound[Any]
    groups: tuple[AskedGroup, ...]
    labels: dict[str, str]
    unit: str
    action: str
    back: str
    confirm: str
    together: Together | None


@router.get("/{uscc}/{slug}/new", action=actions.EDIT)
def new_part_page(call: Call, uscc: str, slug: Slug) -> Response:
    firm, kind = editable_firm(call.session, call.actor, uscc), PART_FORMS[slug]
    raw = {"year": call.on.year - 1, "unit": kind.unit, "used_before": "0"}
    return _page(call, firm, empty(raw), slug)


@router.post("/{uscc}/{slug}/new", action=actions.EDIT)
def add_part(call: Call, uscc: str, slug: Slug) -> Response:
    firm, kind = editable_firm(call.session, call.actor, uscc), PART_FORMS[slug]
    desk = PartChange(call.session, call.actor, firm, call.now)
    return call.submit(
        kind.schema,
        lambda given: kind.put(desk, given),
        done=lambda result: _saved(call, firm, kind, result),
        again=lambda bound: _page(call, firm, bound, slug),
    )


@router.get("/{uscc}/{slug}/{part_id}/edit", action=actions.EDIT)
def edit_part_page(call: Call, uscc: str, slug: Slug, part_id: PartId) -> Response:
    firm, kind = editable_firm(call.session, call.actor, uscc), PART_FORMS[slug]
    row = find_part(call.session, kind.part, firm.id, part_id)
    raw = raw_of(kind, row, PartChange(call.session, call.actor, firm, call.now))
    together = Together(began_with(raw))
    return _page(call, firm, empty(raw), slug, part_id, together=together)


@router.post("/{uscc}/{slug}/{part_id}/edit", action=actions.EDIT)
def save_part(call: Call, uscc: str, slug: Slug, part_id: PartId) -> Response:
    firm, kind = editable_firm(call.session, call.actor, uscc), PART_FORMS[slug]
    row, desk = (
        find_part(call.session, kind.part, firm.id, part_id),
        PartChange(call.session, call.actor, firm, call.now),
    )
    names = {field.name: field.form_name for field in kind.part.fields}
    joint = JointForm(call.form, raw_of(kind, row, desk), labels_of(kind), names)
    bound = joint.decided(bind(kind.schema, joint.sent))

    def heed(refusal: DomainError) -> DomainError:
        if isinstance(refusal, Clashing) and bound.model is not None:
            bound.raw |= _texts(kind, bound.model.values()) | {"unit": kind.unit}
        return joint.heed(refusal)

    def again(bound: Bound[Any]) -> Response:
        together = joint.shown_again(bound, _in_words(call.session, kind, firm))
        return _page(call, firm, bound, slug, part_id, together=together)

    return call.submit(
        bound,
        lambda given: kind.put(desk, _beside_others(kind, given, joint), row),
        done=lambda result: _saved(call, firm, kind, result),
        again=again,
        heed=heed,
    )


def _beside_others(kind: PartForm, given: Any, joint: JointForm) -> Any:
    """What is to be written: the form, beside what others changed since it was opened. Raises `Clashing`."""
    stored = joint.stored
    if given.seen == stored["seen"] or WAS not in joint.sent:
        return given
    now = kind.schema.model_validate({name: value for name, value in stored.items() if value not in ("", [], None)})
    merged = merge(was_as(kind.schema, joint.sent), now.values(), given.values())
    return given.model_copy(update=merged | {"seen": stored["seen"]})


def _texts(kind: PartForm, values: dict[str, Any]) -> dict[str, Any]:
    """What was read of a form as its texts again; linked records are chosen by their ids as they are."""
    stored = {name: value for name, value in values.items() if kind.part.fields[name].stored}
    return texts_of(kind.part.fields, stored, in_wan=bool(kind.unit))


def _in_words(session: Session, kind: PartForm, firm: Enterprise) -> Callable[[str, Any], str]:
    """How the texts of the form's fields read: codes by their names."""
    options = {name: dict(found) for name, found in choices_for(session, kind, firm.id, words(session)).items()}

    def text_of(name: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("是") if value else _("否")
        known = options.get(name, {})
        items = value if isinstance(value, list) else [value or ""]
        return _("、").join(known.get(str(item), str(item)) for item in items)

    return text_of


@router.post("/{uscc}/{slug}/{part_id}/remove", action=actions.EDIT)
def remove(call: Call, uscc: str, slug: Slug, part_id: PartId) -> Response:
    firm, kind = editable_firm(call.session, call.actor, uscc), PART_FORMS[slug]
    row = find_part(call.session, kind.part, firm.id, part_id)
    return call.act(
        lambda: remove_part(PartChange(call.session, call.actor, firm, call.now), kind.part, row),
        _back(firm, kind),
        good=_("已移除，时间线保留原内容。"),
    )


def _saved(call: Call, firm: Enterprise, kind: PartForm, result: Any) -> Response:
    """Back to the tab; what a careful reader would ask about the figures is said there."""
    doubts = " ".join(result) if isinstance(result, list) else ""
    return call.redirect(_back(firm, kind), good=_("已保存。"), info=doubts or None)


def _back(firm: Enterprise, kind: PartForm) -> str:
    """The tab that shows such records; the overview has no name of its own."""
    return f"/enterprises/{firm.uscc}/{kind.tab}".replace("/#", "#")


def _page(
    call: Call,
    firm: Enterprise,
    form: Bound[Any],
    slug: Slug,
    part_id: int | None = None,
    *,
    together: Together | None = None,
) -> Response:
    kind = PART_FORMS[slug]
    head = head_of(call.session, call.actor, firm, call.now, kind.tab.partition("#")[0])
    options = choices_for(call.session, kind, firm.id, head.words)
    groups = asked_groups(kind.part.fields, lambda field: options.get(field.name, ()))
    own = f"{head.url}/{slug}/{part_id}" if part_id else f"{head.url}/{slug}"
    page = PartPage(
        head=head,
        title=_(kind.edit_title if part_id else kind.new_title),
        form=form,
        groups=groups,
        labels=labels_of(kind),
        unit=str(form.raw.get("unit") or kind.unit),
        action=f"{own}/edit" if part_id else f"{own}/new",
        back=_back(firm, kind),
        confirm=f"{own}/remove" if part_id else "",
        together=together,
    )
    return call.render("web/enterprises/part.html", page)
