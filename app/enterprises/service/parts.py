"""Records below a firm (figures, rights, products …): added, changed and removed alike, each with one event."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises import actions
from app.enterprises.models import Enterprise
from app.enterprises.service.recording import note, require_change
from app.journal.domain import Change, diff, plain
from app.kit.actor import Actor
from app.kit.db import Base
from app.kit.errors import Conflict, NotFound
from app.kit.fields import FieldTable
from app.kit.i18n import _

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Part(Generic[Row]):
    """One kind of record: its fields, its table, how a row is called."""

    fields: FieldTable
    model: type[Row]
    label: Callable[[Row], str]

    @property
    def code(self) -> str:
        """Its name in events."""
        return self.fields.code.removeprefix("enterprise.")

    @property
    def personal(self) -> frozenset[str]:
        """The fields whose values stay out of the open journal."""
        return frozenset(self.fields.names(lambda field: field.personal))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose changes are noted."""
        return self.fields.names(lambda field: field.tracked and field.stored)

    def values_of(self, row: Any) -> dict[str, Any]:
        """The row's written columns."""
        return {name: getattr(row, name) for name in self.columns}


@dataclass(frozen=True)
class PartChange:
    """Who writes what where and when: the part, the firm, the actor, the instant."""

    session: Session
    actor: Actor
    enterprise: Enterprise
    now: datetime


def fingerprint(values: Mapping[str, Any]) -> str:
    """Tells whether a record is still the one that an editor saw."""
    return hashlib.sha256(orjson.dumps(plain(dict(values)), option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]


def find_part(session: Session, part: Part[Row], enterprise_id: int, part_id: int) -> Row:
    """The firm's record with this id. Raises `NotFound` when there is none, another firm's included."""
    row: Any = session.get(part.model, part_id)
    if row is None or row.enterprise_id != enterprise_id:
        raise NotFound("enterprise.part.missing", _("没有找到这条记录，它可能已被移除。"))
    found: Row = row
    return found


def add_part(
    desk: PartChange, part: Part[Row], values: Mapping[str, Any], extra: Mapping[str, Change] | None = None
) -> Row:
    """Write a new record. Raises `Conflict` when the firm has the same one already."""
    require_change(desk.actor, actions.EDIT, desk.enterprise)
    row = part.model(enterprise_id=desk.enterprise.id, **_stamped(part, values, desk.now))
    _flush(desk.session, lambda: desk.session.add(row))
    changes = {name: (None, value) for name, value in _said(part, row).items()}
    _note(desk, part, "added", row, changes | dict(extra or {}))
    return row


def change_part(
    desk: PartChange,
    part: Part[Row],
    row: Row,
    values: Mapping[str, Any],
    seen: str,
    extra: Mapping[str, Change] | None = None,
) -> bool:
    """Write a record anew; whether anything changed.

    Raises `Conflict` when it is not any more what the editor saw (`seen`, a fingerprint), or equals another record.
    """
    require_change(desk.actor, actions.EDIT, desk.enterprise)
    before = part.values_of(row)
    if seen != fingerprint(before):
        raise Conflict("enterprise.part.stale", _("这条记录已被他人修改，请重新打开后再改。"))
    changes = diff(before, values) | dict(extra or {})
    if not changes:
        return False
    _flush(desk.session, lambda: _assign(row, _stamped(part, values, desk.now)))
    _note(desk, part, "changed", row, changes)
    return True


def remove_part(desk: PartChange, part: Part[Row], row: Row) -> None:
    """Take a record away; the journal keeps what it said. Raises `Conflict` while something points at it."""
    require_change(desk.actor, actions.EDIT, desk.enterprise)
    changes = {name: (value, None) for name, value in _said(part, row).items()}
    try:
        with desk.session.begin_nested():
            desk.session.delete(row)
            desk.session.flush()
    except IntegrityError:
        raise Conflict("enterprise.part.used", _("这条记录已被办件等引用，不能移除。")) from None
    _note(desk, part, "removed", row, changes)


def list_parts(session: Session, part: Part[Row], enterprise_id: int, *order: Any) -> Sequence[Row]:
    """The firm's records of one kind."""
    model: Any = part.model
    return session.scalars(select(model).where(model.enterprise_id == enterprise_id).order_by(*order, model.id)).all()


def _said(part: Part[Any], row: Any) -> dict[str, Any]:
    """The values that say something: where unknown is a value of its own, zero and no do."""
    columns = inspect(part.model).columns
    return {
        name: value
        for name, value in part.values_of(row).items()
        if value or (value is not None and value != "" and columns[name].nullable)
    }


def _stamped(part: Part[Any], values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {**values, "updated_at": now} if hasattr(part.model, "updated_at") else dict(values)


def _assign(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _flush(session: Session, write: Callable[[], None]) -> None:
    try:
        with session.begin_nested():
            write()
            session.flush()
    except IntegrityError:
        raise Conflict("enterprise.part.repeated", _("已有相同的记录，请修改原记录。")) from None


def _note(desk: PartChange, part: Part[Any], done: str, row: Any, changes: Mapping[str, Change]) -> None:
    shown, personal = told_apart(part, changes)
    note(
        desk.session,
        desk.actor,
        desk.enterprise,
        f"enterprise.{part.code}_{done}",
        desk.now,
        changes=shown,
        data={"note": "" if part.personal else part.label(row), "id": row.id},
        private=personal,
    )


def told_apart(part: Part[Any], changes: Mapping[str, Change]) -> tuple[dict[str, Change], dict[str, Change]]:
    """What the open journal shows of changes, personal values masked, and what its erasable part keeps."""
    shown = {f"{part.code}.{name}": _masked(name, pair, part) for name, pair in changes.items()}
    return shown, {name: pair for name, pair in changes.items() if name in part.personal}


def _masked(name: str, pair: Change, part: Part[Any]) -> Change:
    return (mask(pair[0]), mask(pair[1])) if name in part.personal else pair


def mask(value: Any) -> Any:
    """A personal value as the open journal shows it: its first character (of a longer one also the last two)."""
    if not isinstance(value, str) or not value:
        return value
    return f"{value[0]}**" if len(value) < 7 else f"{value[:3]}****{value[-2:]}"
