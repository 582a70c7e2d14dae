"""Batches and records come in, versions take effect, receipts are written. Called inside a writing transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Insert, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from app.kit.clock import shanghai
from app.simulator import tables
from app.simulator.rules import ACCEPTED, PENDING, STALE, ReceiptRule, Rules
from app.simulator.schemas import CaseDecision, ReceivedManifest, Record

Receipt = dict[str, Any]
OPEN, COMPLETE = "open", "complete"


class ManifestDiffersError(Exception):
    """Another manifest was announced under the same number."""


def take_manifest(session: Session, manifest: ReceivedManifest, at: datetime) -> bool:
    """Keep the manifest; false when it was there already. Raises `ManifestDiffersError`."""
    known = find_manifest(session, manifest.number)
    if known is not None and known != manifest:
        raise ManifestDiffersError
    if known is None:
        values = {"number": manifest.number, "manifest": manifest.model_dump(), "received_at": at}
        session.execute(insert(tables.handover).values(values))
    return known is None


def find_manifest(session: Session, number: str) -> ReceivedManifest | None:
    """The manifest announced under `number`."""
    statement = select(tables.handover.c.manifest).where(tables.handover.c.number == number)
    content = session.scalar(statement)
    return None if content is None else ReceivedManifest.model_validate(content)


def state_of(session: Session, manifest: ReceivedManifest) -> str:
    """Whether all records that the manifest speaks of have arrived."""
    arrived = select(func.count()).where(tables.delivery.c.handover == manifest.number)
    return COMPLETE if (session.scalar(arrived) or 0) >= manifest.count else OPEN


def _hold() -> Insert:
    """What is held of a record is replaced by its newer version."""
    row = upsert(tables.held)
    newer = {name: row.excluded[name] for name in ("version", "retired", "data")}
    return row.on_conflict_do_update(index_elements=["resource", "key"], set_=newer)


#: What an intake writes, and how.
_WRITTEN: Mapping[str, Insert] = {
    "delivery": insert(tables.delivery),
    "held": _hold(),
    "effect": insert(tables.effect),
    "receipt": insert(tables.receipt),
}

# -- records -----------------------------------------------------------------------------------------------------------


@dataclass
class StoreTransaction:
    """One transaction of the desk: what it knows of the records at hand, and the receipts it writes."""

    session: Session
    rules: Rules
    at: datetime
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in _WRITTEN})
    last_receipt: int | None = None

    def take(self, manifest: ReceivedManifest, content: Sequence[Mapping[str, Any]]) -> list[Receipt]:
        """A receipt for each record that can be looked at; a version that is known gets its first receipt again."""
        records = [record for record in map(_readable, content) if record is not None]
        known = self._known([record.idempotency_key for record in records])
        self._learn(records)
        receipts = []
        for record in records:
            if record.idempotency_key not in known:
                known[record.idempotency_key] = self._first(manifest, record)
            receipts.append(known[record.idempotency_key])
        self._flush()
        return receipts

    def decide(self) -> int:
        """Decide what was put aside and is due; returns how many versions that were."""
        delivery = tables.delivery
        statement = select(delivery.c.id, delivery.c.handover, delivery.c.record)
        due = self.session.execute(statement.where(delivery.c.decide_at <= self.at).order_by(delivery.c.id)).all()
        records = [Record.model_validate(row.record) for row in due]
        self._learn(records)
        for row, record in zip(due, records, strict=True):
            manifest = find_manifest(self.session, row.handover)
            assert manifest is not None, "a record is only taken in a known batch"
            verdict = self._settle(manifest, record)
            values = {"outcome": verdict.outcome, "decide_at": None}
            self.session.execute(update(delivery).where(delivery.c.id == row.id).values(values))
            self._write(_of_record(record, verdict), told_later=True)
        self._flush()
        return len(due)

    def decide_case(self, decision: CaseDecision) -> Receipt:
        """What the outside decides on a case, as a receipt of its own."""
        receipt = self._write({"kind": "decision", **decision.model_dump(mode="json")}, told_later=True)
        self._flush()
        return receipt

    def _first(self, manifest: ReceivedManifest, record: Record) -> Receipt:
        aside = self.rules.puts_aside(record)
        verdict = ReceiptRule(PENDING) if aside else self._settle(manifest, record)
        receipt = self._write(_of_record(record, verdict), told_later=False)
        row = {
            **record.model_dump(include={"idempotency_key", "resource", "key", "version"}),
            "handover": manifest.number,
            "record": record.model_dump(),
            "outcome": verdict.outcome,
            "first_receipt": receipt,
            "decide_at": self.at + self.rules.decide_after if aside else None,
            "received_at": self.at,
        }
        self.rows["delivery"].append(row)
        return receipt

    def _settle(self, manifest: ReceivedManifest, record: Record) -> ReceiptRule:
        """Judge the record; when it is accepted and newer than what is held, it takes effect."""
        verdict = self.rules.judge(manifest, record)
        if verdict.outcome != ACCEPTED:
            return verdict
        name = (record.resource, record.key)
        if record.version <= self.versions.get(name, -1):
            return STALE
        self.versions[name] = record.version
        self._apply(record)
        return verdict

    def _apply(self, record: Record) -> None:
        row = record.model_dump(include={"resource", "key", "version"}) | {"retired": int(record.retired)}
        self.rows["held"].append({**row, "data": record.data})
        self.rows["effect"].append({**row, "digest": record.digest, "at": self.at})

    def _flush(self) -> None:
        """Write what was taken in, in the order in which it was."""
        for name, rows in self.rows.items():
            if rows:
                self.session.execute(_WRITTEN[name], rows)
                rows.clear()

    def _known(self, keys: Sequence[str]) -> dict[str, Receipt]:
        delivery = tables.delivery
        again = delivery.c.idempotency_key.in_(keys)
        self.session.execute(update(delivery).where(again).values(arrivals=delivery.c.arrivals + 1))
        rows = self.session.execute(select(delivery.c.idempotency_key, delivery.c.first_receipt).where(again))
        return {row.idempotency_key: row.first_receipt for row in rows}

    def _learn(self, records: Sequence[Record]) -> None:
        held = tables.held
        rows = select(held.c.resource, held.c.key, held.c.version)
        for resource in {record.resource for record in records}:
            keys = [record.key for record in records if record.resource == resource]
            for row in self.session.execute(rows.where(held.c.resource == resource, held.c.key.in_(keys))):
                self.versions[row.resource, row.key] = row.version

    def _write(self, content: Receipt, *, told_later: bool) -> Receipt:
        if self.last_receipt is None:
            self.last_receipt = self.session.scalar(select(func.max(tables.receipt.c.id))) or 0
        self.last_receipt += 1
        stamp = {"receipt_id": f"HB-{self.last_receipt:08d}", "at": shanghai(self.at).isoformat(timespec="seconds")}
        receipt = {**stamp, **content}
        row = {"id": self.last_receipt, "content": receipt, "due_at": self.at if told_later else None}
        self.rows["receipt"].append(row)
        return receipt


def _readable(content: Mapping[str, Any]) -> Record | None:
    try:
        return Record.model_validate(content)
    except ValidationError:
        return None


def _of_record(record: Record, verdict: ReceiptRule) -> Receipt:
    return {"kind": "record", "idempotency_key": record.idempotency_key, **vars(verdict)}


# -- what a partner may ask for --------------------------------------------------------------------------------------------


def receipts_after(session: Session, after: int, limit: int) -> tuple[list[Receipt], int]:
    """At most `limit` receipts after the cursor in their order, and the cursor to ask on from."""
    receipt = tables.receipt
    rows = session.execute(
        select(receipt.c.id, receipt.c.content).where(receipt.c.id > after).order_by(receipt.c.id).limit(limit)
    ).all()
    return [row.content for row in rows], rows[-1].id if rows else after


def records_held(session: Session, resource: str, after: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """At most `limit` records held of `resource` by key, tombstones left out, and the key to ask on from."""
    held = tables.held
    here = (held.c.resource == resource, held.c.retired == 0, held.c.key > after)
    rows = session.execute(select(held.c.key, held.c.data).where(*here).order_by(held.c.key).limit(limit + 1)).all()
    return [row.data for row in rows[:limit]], rows[limit - 1].key if len(rows) > limit else None
