"""Writing the record of an expert: create, edit, retire, reinstate."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.commissioners import actions, events, queries
from app.commissioners.domain import IDS
from app.commissioners.models import Commissioner
from app.commissioners.schemas import CommissionerInput
from app.enterprises.domain.names import person_pinyin
from app.journal.domain import SubjectKey, diff
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import Place, require

#: Fields whose values are personal: the journal keeps them apart and erasable.
PERSONAL = ("phone",)
_FIELDS = ("name", "unit", "title", "degree", "field_code", "speciality", "note")


def subject_of(commissioner: Commissioner, enterprise_id: int | None = None) -> SubjectKey:
    """The journal's key of an expert; `enterprise_id` when the event concerns one of its agreements."""
    return SubjectKey(
        kind="commissioner",
        id=commissioner.public_id,
        label=commissioner.name,
        enterprise_id=enterprise_id,
        region_code=commissioner.region_code,
    )


def create(session: Session, *, actor: Actor, given: CommissionerInput, now: datetime) -> Commissioner:
    """Put an expert on file for the actor's office; raises Conflict when one of that name and unit is there."""
    require(actor, actions.CREATE, Place(actor.region_prefix))
    _check_same(session, actor, given, but=None)
    commissioner = Commissioner(**_values(given), region_code=actor.region_prefix, created_at=now, updated_at=now)
    session.add(commissioner)
    session.flush()
    _record(session, actor, now, events.CREATED, commissioner, {})
    return commissioner


def edit(
    session: Session, *, actor: Actor, commissioner: Commissioner, given: CommissionerInput, version: int, now: datetime
) -> Commissioner:
    """Change an expert's record; raises Conflict when somebody else changed it since `version` was read."""
    require(actor, actions.EDIT, commissioner)
    check_version(commissioner, version)
    _check_same(session, actor, given, but=commissioner.id)
    before = snapshot(commissioner)
    changed = False
    for name, value in _values(given).items():
        if getattr(commissioner, name) != value:
            setattr(commissioner, name, value)
            changed = True
    if changed:
        commissioner.updated_at = now
        session.flush()
        _record(session, actor, now, events.CHANGED, commissioner, before)
    return commissioner


def retire(session: Session, *, actor: Actor, commissioner: Commissioner, reason: str, now: datetime) -> None:
    """Take an expert out of the lists; refused while an agreement runs. Nothing is deleted."""
    require(actor, actions.RETIRE, commissioner)
    if commissioner.disabled_on is not None:
        return
    if queries.is_bound(session, commissioner, today(now)):
        raise Conflict("commissioner.retire.serving", _("这位专家还有未到期的服务协议，请先终止协议，再停用。"))
    _set_disabled(session, actor, commissioner, events.RETIRED, reason, now)


def reinstate(session: Session, *, actor: Actor, commissioner: Commissioner, now: datetime) -> None:
    """Bring a retired expert back into the lists."""
    require(actor, actions.RETIRE, commissioner)
    if commissioner.disabled_on is not None:
        _set_disabled(session, actor, commissioner, events.REINSTATED, "", now)


def _set_disabled(
    session: Session, actor: Actor, commissioner: Commissioner, event: str, reason: str, now: datetime
) -> None:
    before = commissioner.disabled_on
    commissioner.disabled_on = today(now) if event == events.RETIRED else None
    commissioner.updated_at = now
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=subject_of(commissioner),
        changes={"disabled_on": (before, commissioner.disabled_on)},
        data={"reason": reason} if reason else {},
    )


def check_version(commissioner: Commissioner, version: int) -> None:
    """Refuse a form made from an older state; raises Conflict commissioner.stale."""
    if commissioner.version != version:
        raise Conflict("commissioner.stale", _("这条记录刚刚被别人修改过。请重新打开页面，核对后再保存。"))


def _check_same(session: Session, actor: Actor, given: CommissionerInput, *, but: int | None) -> None:
    if given.same_name_confirmed:
        return
    same = queries.find_same(session, actor, given.name, given.unit, but=but)
    if same is not None:
        message = _("%(unit)s已有一位同名专家（%(id)s）。确认不是同一人时，请勾选“确认为另一人”再保存。") % {
            "unit": given.unit or _("未填单位的专家中"),
            "id": IDS.of(same.id),
        }
        raise Conflict("commissioner.same_name", message, {"same_name_confirmed": message})


def _values(given: CommissionerInput) -> dict[str, Any]:
    pinyin = person_pinyin(given.name)
    return {
        "name": given.name,
        "name_pinyin": pinyin[:300],
        "name_initials": "".join(part[0] for part in pinyin.split())[:80],
        "unit": given.unit,
        "title": given.title,
        "degree": given.degree.value if given.degree else "",
        "field_code": given.field_code or None,
        "speciality": given.speciality,
        "phone": given.phone,
        "note": given.note,
    }


def snapshot(commissioner: Commissioner) -> dict[str, Any]:
    """The journalled fields as they stand, personal ones included."""
    return {name: getattr(commissioner, name) or "" for name in (*_FIELDS, *PERSONAL)}


def _record(
    session: Session, actor: Actor, now: datetime, event: str, commissioner: Commissioner, before: dict[str, Any]
) -> None:
    changes = diff(before, {name: value for name, value in snapshot(commissioner).items() if value or before})
    private = {name: changes.pop(name) for name in PERSONAL if name in changes}
    record(
        session, actor=actor, now=now, type=event, subject=subject_of(commissioner), changes=changes, private=private
    )
