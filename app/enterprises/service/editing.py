"""Changing what is on file about a firm: by a person, by an import, its name, its code."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises import actions, events
from app.enterprises.fields import WRITTEN
from app.enterprises.models import Enterprise, FormerCode, FormerName
from app.enterprises.schemas import EnterpriseEdit, NewCode, ReasonInput
from app.enterprises.search_index import reindex
from app.enterprises.service.checking import check_code_free, check_fields, checked_code, taken_meanwhile
from app.enterprises.service.recording import note, require_change, snapshot
from app.enterprises.service.registering import DERIVED_FROM, derived, marks
from app.journal.domain import Change, diff
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.merges import merge
from app.kit.permissions import Place, require
from app.reference.models import Region


def edit(
    session: Session,
    *,
    actor: Actor,
    enterprise: Enterprise,
    given: EnterpriseEdit,
    now: datetime,
    was: Mapping[str, Any] | None = None,
) -> bool:
    """Write the fields of a form; whether anything changed. The firm was read to be changed (`queries`, `lock`).

    `was` are the values that the form began with: when the firm changed since, what others changed is kept beside what
    this form changed. Raises `Clashing` where both changed a field differently, `Invalid` for unknown codes, `Forbidden`
    when the firm or its new region lies outside the actor's region.
    """
    require_change(actor, actions.EDIT, enterprise)
    values = given.model_dump(include=set(WRITTEN))
    if given.version != enterprise.version:
        present = snapshot(enterprise)
        values = merge(was or {}, {name: present[name] for name in values}, values)
        given = given.model_copy(update=values)
    check_fields(session, given, today(now))
    if actor.region_prefix and not given.region_code:
        message = _("请选择所在区域。")
        raise Invalid("enterprise.region.missing", message, {"region_code": message})
    require(actor, actions.EDIT, Place(given.region_code))
    return bool(
        change_fields(session, actor=actor, enterprise=enterprise, values=_with_capital(enterprise, values), now=now)
    )


def _with_capital(enterprise: Enterprise, values: dict[str, Any]) -> dict[str, Any]:
    """A capital set by hand replaces the imported wording; an amount without currency is renminbi."""
    if values["capital_fen"] is not None and not values["capital_currency"]:
        values["capital_currency"] = "CNY"
    if values["capital_fen"] != enterprise.capital_fen:
        values |= {"capital_text": "", "capital_remark": ""}
    return values


def change_fields(  # noqa: PLR0913 - shared by people and imports
    session: Session,
    *,
    actor: Actor,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    now: datetime,
    event: str = events.CHANGED,
    data: Mapping[str, Any] | None = None,
    by_hand: bool = True,
) -> dict[str, Change]:
    """Write checked `values` and note what differed, as (before, after); nothing is written or noted otherwise.

    `by_hand` marks the changed fields as edited here; an import passes False, which takes such marks away. A changed
    name keeps the old one as a former name.
    """
    before = snapshot(enterprise)
    changes = diff(before, values)
    if not changes:
        return {}
    for name in changes:
        setattr(enterprise, name, values[name])
    kept = {name: mark for name, mark in enterprise.edited_fields.items() if name not in changes}
    enterprise.edited_fields = kept | (marks(actor, now, changes) if by_hand else {})
    enterprise.version += 1
    if not DERIVED_FROM.isdisjoint(changes):
        for name, value in derived(snapshot(enterprise)).items():
            setattr(enterprise, name, value)
    if "name" in changes:
        _keep_name(session, enterprise.id, before["name"], today(now))
        reindex(session, [enterprise.id])
    note(session, actor, enterprise, event, now, changes=changes, data=data)
    return changes


def place(session: Session, *, actor: Actor, enterprise: Enterprise, region_code: str, now: datetime) -> bool:
    """Say where a firm lies of which nobody knew; False where somebody has said so meanwhile.

    Raises `Invalid` for a place that no table knows, `Forbidden` for one outside the actor's region.
    """
    require_change(actor, actions.EDIT, enterprise)
    require(actor, actions.EDIT, Place(region_code))
    if session.get(Region, region_code) is None:
        message = _("请选择所在区域。")
        raise Invalid("enterprise.region", message, {"region_code": message})
    if enterprise.region_code:
        return False
    change_fields(session, actor=actor, enterprise=enterprise, values={"region_code": region_code}, now=now)
    return True


def _keep_name(session: Session, enterprise_id: int, name: str, until_on: date | None) -> None:
    known = select(FormerName).where(FormerName.enterprise_id == enterprise_id, FormerName.name == name)
    former = session.scalar(known)
    if former is None:
        session.add(FormerName(enterprise_id=enterprise_id, name=name, until_on=until_on))
    else:
        former.until_on = until_on


def add_former_names(session: Session, enterprise_ids_and_names: list[tuple[int, str]]) -> None:
    """Keep former names that a list told (no day known); one that is known already is left as it is."""
    for enterprise_id, name in enterprise_ids_and_names:
        known = select(FormerName.id).where(FormerName.enterprise_id == enterprise_id, FormerName.name == name)
        if session.scalar(known) is None:
            session.add(FormerName(enterprise_id=enterprise_id, name=name))
            session.flush()
    reindex(session, {enterprise_id for enterprise_id, _name in enterprise_ids_and_names})


def confirm_code(session: Session, *, actor: Actor, enterprise: Enterprise, given: ReasonInput, now: datetime) -> None:
    """Confirm that a code whose check character does not fit is right; the reason is kept and noted.

    Raises `Conflict` when there is nothing to confirm.
    """
    require_change(actor, actions.CONFIRM_CODE, enterprise)
    if enterprise.uscc_confirmed:
        raise Conflict("enterprise.uscc.confirmed", _("该代码已经确认。"))
    changes: dict[str, Change] = {"uscc_confirmed": (False, True), "uscc_note": (enterprise.uscc_note, given.reason)}
    enterprise.uscc_confirmed, enterprise.uscc_note = True, given.reason
    enterprise.version += 1
    note(session, actor, enterprise, events.CODE_CONFIRMED, now, changes=changes, data={"reason": given.reason})


def change_code(session: Session, *, actor: Actor, enterprise: Enterprise, given: NewCode, now: datetime) -> None:
    """Give the firm another code; the old one is kept and keeps resolving.

    Raises `Invalid` like registering does, `Conflict` when the code is another firm's or the same as before.
    """
    require_change(actor, actions.CHANGE_CODE, enterprise)
    uscc = checked_code(given.uscc, given.uscc_note)
    if uscc.value == enterprise.uscc:
        message = _("新代码与现有代码相同。")
        raise Conflict("enterprise.uscc.same", message, {"uscc": message})
    check_code_free(session, actor, uscc.value, wanted_by=enterprise.id)
    before = snapshot(enterprise)
    try:
        with session.begin_nested():
            _swap_codes(session, enterprise, uscc.value, given.until_on or today(now))
    except IntegrityError:
        raise taken_meanwhile(session, actor, uscc.value) from None
    enterprise.uscc_confirmed, enterprise.uscc_note = True, "" if uscc.is_valid else given.uscc_note
    enterprise.version += 1
    reindex(session, [enterprise.id])
    note(session, actor, enterprise, events.CODE_CHANGED, now, changes=diff(before, snapshot(enterprise)))


def _swap_codes(session: Session, enterprise: Enterprise, new: str, until_on: date) -> None:
    old, enterprise.uscc = enterprise.uscc, new
    returning = session.scalar(select(FormerCode).where(FormerCode.uscc == new))
    if returning is not None:
        session.delete(returning)
        session.flush()
    session.add(FormerCode(enterprise_id=enterprise.id, uscc=old, until_on=until_on))
    session.flush()
