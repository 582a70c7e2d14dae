"""Freezing: records as they are now become items of a batch, and what was still open of them is superseded.

Runs under the partner's lock. So of one record and partner one version at most is open at any time, and versions only rise: a version is
the journal's head when its body is read (and the partner's lift), and nothing is frozen twice at one position.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.exchange.handovers.domain import AT_REST, OPEN, TOMBSTONE, ItemState, RecordStatus, idempotency_key
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.handovers.service.selecting import RecordSelection, rows_with_keys
from app.exchange.handovers.service.settling import refresh_states
from app.exchange.json_values import dumps
from app.exchange.preflight.service import blocks
from app.exchange.records import records_by_id
from app.exchange.signatures import digest
from app.journal.queries import head_position
from app.kit.clock import today
from app.kit.db import insert_into


@dataclass
class Frozen:
    """What became of the records asked for: how many were frozen or skipped as unchanged; [key, name, why] of those kept back."""

    count: int = 0
    skipped: int = 0
    blocked: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Version:
    """One record as it is now: `body` its JSON, empty for a tombstone; `why` it must not leave, if so."""

    key: str
    body: str
    digest: str
    row_id: int | None = None
    enterprise_id: int | None = None
    label: str = ""
    why: str = ""

    @property
    def retired(self) -> bool:
        """Whether this is a tombstone."""
        return not self.body


def freeze(
    session: Session,
    scope: RecordSelection,
    handover: Handover,
    keys: Sequence[str],
    now: datetime,
    *,
    again: bool = False,
) -> Frozen:
    """Freeze the records of these keys (1,000 at most) into `handover`; unchanged ones are skipped unless `again`.

    What the partner never got and is gone here is passed over. The partner must be locked.
    """
    position = head_position(session)
    versions = _versions(session, scope, keys, now)
    known = _known(session, scope, keys)
    frozen, rows = Frozen(), []
    notes: dict[str, Mapping[str, Any]] = {}
    gone: list[str] = []
    for version in versions:
        fate = _fate(version, known.get(version.key), position, again=again)
        if fate is Fate.FROZEN:
            rows.append(_item(scope, handover, version, position))
        elif fate is Fate.BLOCKED:
            frozen.blocked.append([version.key, version.label, version.why])
            notes[version.key] = {"state": RecordStatus.BLOCKED, "enterprise_id": version.enterprise_id}
        elif fate is Fate.UNKNOWN:
            gone.append(version.key)
        else:
            frozen.skipped += 1
            if fate is Fate.THERE:
                notes[version.key] = {"state": RecordStatus.ACCEPTED}
    _drop(session, scope, [key for key in gone if key in known])
    ids = _insert(session, scope, rows, now)
    for row in rows:
        notes[row["key"]] = _on_the_way(row, ids[row["key"]])
    _note(session, scope, known, notes, position, now)
    frozen.count = len(rows)
    return frozen


class Fate(Enum):
    """What becomes of a record asked for: frozen; kept back; the partner has it so; it is on its way so; the partner never had it."""

    FROZEN = auto()
    BLOCKED = auto()
    THERE = auto()
    ON_THE_WAY = auto()
    UNKNOWN = auto()


def _fate(version: Version, present: Row[Any] | None, position: int, *, again: bool) -> Fate:
    if version.retired and not again and (present is None or not present.sent_position):
        return Fate.UNKNOWN
    if version.why:
        return Fate.BLOCKED
    if present is None:
        return Fate.FROZEN
    if present.sent_position >= position:
        return Fate.ON_THE_WAY
    return Fate.THERE if not again and _is_there(present, version) else Fate.FROZEN


def _is_there(present: Row[Any], version: Version) -> bool:
    """Whether the last version that went out is the one the partner accepted, and this one is no other."""
    return bool(present.accepted_digest == version.digest and present.accepted_position == present.sent_position)


# -- reading -------------------------------------------------------------------------------------------------------------


def _versions(session: Session, scope: RecordSelection, keys: Sequence[str], now: datetime) -> list[Version]:
    """The records of these keys as they are now, in the order of their rows; those out of sight as tombstones after them."""
    rows = rows_with_keys(session, scope, keys)
    ids = sorted(rows)
    records = records_by_id(session, scope.plan, scope.region_prefix, ids)
    kept_back = blocks(session, scope.plan, scope.region_prefix, ids, today(now))
    names = _firm_names(session, [row.firm for row in rows.values()])
    found = []
    for row_id, record in records.items():
        body = dumps(record)
        row = rows[row_id]
        found.append(
            Version(
                key=str(record[scope.plan.definition.key]),
                body=body.decode(),
                digest=digest(body),
                row_id=row_id,
                enterprise_id=row.firm,
                label=names.get(row.firm, row.name or ""),
                why="".join(dict.fromkeys(finding.words for finding in kept_back.get(row_id, ()))),
            )
        )
    return found + _tombstones(session, scope, keys, {version.key for version in found})


def _tombstones(session: Session, scope: RecordSelection, keys: Sequence[str], seen: set[str]) -> list[Version]:
    """Those of `keys` that no visible record bears; with a programme, who knows whether a record gone was of it: none."""
    if scope.programme:
        return []
    return [Version(key, "", TOMBSTONE) for key in dict.fromkeys(keys) if key not in seen]


def _firm_names(session: Session, firms: Sequence[int | None]) -> dict[int | None, str]:
    wanted = sorted({firm for firm in firms if firm is not None})
    if not wanted:
        return {}
    found = session.execute(select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(wanted)))
    return {row.id: row.name for row in found}


def _known(session: Session, scope: RecordSelection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    statement = select(*PartnerRecord.__table__.columns).where(scope.records(), PartnerRecord.key.in_(keys))
    return {row.key: row for row in session.execute(statement)}


# -- writing -------------------------------------------------------------------------------------------------------------


def _item(scope: RecordSelection, handover: Handover, version: Version, position: int) -> dict[str, Any]:
    name = idempotency_key(handover.resource, version.key, position + scope.partner.version_lift)
    return {
        "handover_id": handover.id,
        "partner_id": handover.partner_id,
        "resource": handover.resource,
        "key": version.key,
        "label": version.label[:240],
        "row_id": version.row_id,
        "enterprise_id": version.enterprise_id,
        "position": position,
        "idempotency_key": name,
        "retired": version.retired,
        "body": version.body,
        "digest": version.digest,
        "state": ItemState.WAITING,
        "next_at": AT_REST,
    }


def _insert(session: Session, scope: RecordSelection, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, int]:
    """Insert the items in place of what is open of the same records; one that is being sent just now is waited for. Ids by key."""
    if not rows:
        return {}
    for key, lease_until in _supersede(session, scope, [row["key"] for row in rows], now).items():
        next(row for row in rows if row["key"] == key)["next_at"] = lease_until
    made = session.execute(insert(HandoverItem).returning(HandoverItem.key, HandoverItem.id), list(rows))
    return {row.key: row.id for row in made}


def _supersede(session: Session, scope: RecordSelection, keys: Sequence[str], now: datetime) -> dict[str, datetime]:
    """End what is open of these records; returns until when a call with one of them may be under way, by key."""
    wanted = (HandoverItem.key, HandoverItem.id, HandoverItem.handover_id, HandoverItem.lease_until)
    mine = (HandoverItem.partner_id == scope.partner.id, HandoverItem.resource == scope.plan.resource)
    opened = session.execute(
        select(*wanted).where(*mine, HandoverItem.key.in_(keys), HandoverItem.state.in_(OPEN)).with_for_update()
    ).all()
    if not opened:
        return {}
    session.execute(
        update(HandoverItem)
        .where(HandoverItem.id.in_([row.id for row in opened]))
        .values(state=ItemState.SUPERSEDED, settled_at=now, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    refresh_states(session, {row.handover_id for row in opened}, now)
    return {row.key: row.lease_until for row in opened if row.lease_until is not None and row.lease_until > now}


def _drop(session: Session, scope: RecordSelection, keys: Sequence[str]) -> None:
    """Forget records that the partner never got and that are gone here."""
    if keys:
        session.execute(
            delete(PartnerRecord)
            .where(scope.records(), PartnerRecord.key.in_(keys))
            .execution_options(synchronize_session=False)
        )


def _on_the_way(row: Mapping[str, Any], item_id: int) -> dict[str, Any]:
    return {
        "state": RecordStatus.ON_THE_WAY,
        "sent_position": row["position"],
        "sent_digest": row["digest"],
        "retired": row["retired"],
        "item_id": item_id,
    } | ({} if row["enterprise_id"] is None else {"enterprise_id": row["enterprise_id"]})


_NOTED = (
    "enterprise_id",
    "state",
    "changed_position",
    "changed_at",
    "retired",
    "sent_position",
    "sent_digest",
    "item_id",
)


def _note(
    session: Session,
    scope: RecordSelection,
    known: Mapping[str, Row[Any]],
    notes: Mapping[str, Mapping[str, Any]],
    position: int,
    now: datetime,
) -> None:
    """Write what is now known of these records; one that changed after `position` stays to be sent."""
    if not notes:
        return
    rows = []
    for key, note in notes.items():
        present = known.get(key)
        row: dict[str, Any] = {**_NEW, "changed_at": now}
        if present is not None:
            row = {name: getattr(present, name) for name in _NOTED}
        row.update(note)
        if row["changed_position"] > position:
            row["state"] = RecordStatus.CHANGED
        rows.append({"partner_id": scope.partner.id, "resource": scope.plan.resource, "key": key, **row})
    statement = insert_into(session, PartnerRecord)
    changed = {name: statement.excluded[name] for name in _NOTED}
    session.execute(
        statement.on_conflict_do_update(index_elements=["partner_id", "resource", "key"], set_=changed), rows
    )


_NEW = {
    "enterprise_id": None,
    "state": RecordStatus.CHANGED,
    "changed_position": 0,
    "retired": False,
    "sent_position": 0,
    "sent_digest": "",
    "item_id": None,
}
