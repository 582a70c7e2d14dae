"""What every writing of the register shares: finding the firm, checking the right, noting the change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.fields import WRITTEN
from app.enterprises.models import Enterprise
from app.journal.domain import Change, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import Action, require


def subject_of(enterprise: Enterprise) -> SubjectKey:
    """The firm as the subject of an event."""
    return subject_key(enterprise.id, enterprise.name, enterprise.region_code)


def subject_key(enterprise_id: int, name: str, region_code: str) -> SubjectKey:
    """Like `subject_of`, from plain values."""
    return SubjectKey("enterprise", str(enterprise_id), name, enterprise_id=enterprise_id, region_code=region_code)


def snapshot(enterprise: Enterprise) -> dict[str, Any]:
    """The written fields as they stand."""
    held = enterprise.__dict__  # what was loaded or set; the rest is asked for
    return {name: held[name] if name in held else getattr(enterprise, name) for name in WRITTEN}


def require_change(actor: Actor, action: Action, enterprise: Enterprise) -> None:
    """Raise unless `actor` may change this firm; a retired firm must be restored first (`Conflict`)."""
    require(actor, action, enterprise)
    if enterprise.disabled_on is not None:
        raise Conflict("enterprise.retired", _("该企业已停用，请先恢复再修改。"))


def note(  # noqa: PLR0913 - the arguments of an event
    session: Session,
    actor: Actor,
    enterprise: Enterprise,
    event: str,
    now: datetime,
    *,
    changes: Mapping[str, Change] | None = None,
    data: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> None:
    """One event of the firm; it also moves the firm's `updated_at`."""
    enterprise.updated_at = now
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=subject_of(enterprise),
        changes=changes,
        data=data,
        private=private,
    )
