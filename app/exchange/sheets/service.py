"""Making the files of a hand-over, and journalling that they were taken: who, which, how many records."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.exchange.actions import HAND_OVER
from app.exchange.handovers.domain import HandoverState
from app.exchange.handovers.events import subject_of
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.models import Partner
from app.exchange.plans import plans_of
from app.exchange.records import RecordPlan
from app.exchange.sheets.cover import CoverLine, print_cover
from app.exchange.sheets.layout import layout_of
from app.exchange.sheets.workbook import SheetRow, write_workbook
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import shanghai, today
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require

BATCH = 500


@dataclass(frozen=True)
class SheetBatch:
    """A batch and its partner."""

    row: Handover
    partner: Partner


def get_batch(session: Session, actor: Actor, number: str) -> SheetBatch:
    """The batch whose files `actor` may take. They hold all of its records: an officer of a part of the partner's region may not
    (`Forbidden`). Raises `NotFound`, and `Conflict` while it is being prepared or after it was cancelled.
    """
    handover = session.scalar(select(Handover).where(Handover.number == number))
    if handover is None:
        raise NotFound("handover.unknown", _("没有这个报送批次。"))
    partner = session.get_one(Partner, handover.partner_id)
    require(actor, HAND_OVER, Place(partner.region_prefix))
    if handover.state == HandoverState.PREPARING:
        raise Conflict("handover.preparing", _("批次还在生成，请稍候再下载。"))
    if handover.state == HandoverState.CANCELLED:
        raise Conflict("handover.cancelled", _("批次已撤销，没有可以报送的文件。"))
    return SheetBatch(handover, partner)


def make_workbook(session: Session, target: BinaryIO, batch: SheetBatch) -> int:
    """Write the workbook of the batch to `target`; returns how many records it holds."""
    plan = _plan(batch)
    return write_workbook(target, layout_of(plan.definition), _rows(session, batch.row), _about(batch, plan))


def make_cover(session: Session, batch: SheetBatch, *, office: str, now: datetime) -> bytes:
    """The cover list as PDF, in the order of the workbook."""
    plan, handover, partner = _plan(batch), batch.row, batch.partner
    lines = list(_cover_lines(session, handover))
    about = {
        "number": handover.number,
        "partner": partner.name,
        "resource": plan.definition.title.zh,
        "office": office,
        "on": f"{today(now):%Y年%-m月%-d日}",
        "count": len(lines),
        "retired": sum(bool(line.note) for line in lines),
        "checksum": handover.checksum,
        "position": handover.position,
        "definition": f"{partner.definition} {handover.definition_version}",
        "made_by": handover.made_by,
    }
    return print_cover(about, lines, now)


def note_taken(session: Session, batch: SheetBatch, *, actor: Actor, now: datetime, kind: str, records: int) -> None:
    """Journal that a file of the batch left the house. One event."""
    data = {"rows": records, "resource": batch.row.resource, "checksum": batch.row.checksum}
    record(session, actor=actor, now=now, type=kind, subject=subject_of(batch.row, batch.partner), data=data)


def items_of(session: Session, handover: Handover) -> Iterator[Sequence[HandoverItem]]:
    """The records of a batch in their order, in batches."""
    after, wanted = 0, select(HandoverItem).where(HandoverItem.handover_id == handover.id)
    ordered = wanted.order_by(HandoverItem.id).limit(BATCH)
    while batch := list(session.scalars(ordered.where(HandoverItem.id > after))):
        yield batch
        after = batch[-1].id
        for item in batch:
            session.expunge(item)


def _plan(batch: SheetBatch) -> RecordPlan:
    plan = plans_of(batch.partner.definition, batch.row.definition_version).get(batch.row.resource)
    if plan is None:
        raise Conflict("handover.definition", _("对方的记录定义已更换，这个批次不能再做成文件。"))
    return plan


def _rows(session: Session, handover: Handover) -> Iterator[SheetRow]:
    for batch in items_of(session, handover):
        for item in batch:
            data = None if item.retired else json.loads(item.body)
            yield SheetRow(item.idempotency_key, item.key, item.label, data)


def _about(batch: SheetBatch, plan: RecordPlan) -> list[tuple[str, str]]:
    """What the manifest says, printed in the workbook."""
    handover, partner = batch.row, batch.partner
    return [
        ("批次号", handover.number),
        ("报送对象", partner.name),
        ("报送内容", plan.definition.title.zh),
        ("记录定义", f"{partner.definition} {handover.definition_version}"),
        ("条数", str(handover.count)),
        ("校验和（SM3）", handover.checksum),
        ("数据位置", str(handover.position)),
        ("制表人", handover.made_by),
        ("生成时间", f"{shanghai(handover.made_at):%Y-%m-%d %H:%M}"),
    ]


def _cover_lines(session: Session, handover: Handover) -> Iterator[CoverLine]:
    ordinal = 0
    for batch in items_of(session, handover):
        ids = {item.enterprise_id for item in batch if item.enterprise_id is not None}
        found = session.execute(select(Enterprise.id, Enterprise.name, Enterprise.uscc).where(Enterprise.id.in_(ids)))
        firms = {row_id: (name, uscc) for row_id, name, uscc in found}
        for ordinal, item in enumerate(batch, start=ordinal + 1):  # noqa: B020 - goes on counting
            name, uscc = firms.get(item.enterprise_id or 0, (item.label, ""))
            number = item.key if handover.resource == "cases" else _case_number(item)
            yield CoverLine(str(ordinal), name, uscc, number, "撤回" if item.retired else "")


def _case_number(item: HandoverItem) -> str:
    """The case that a record of another kind names."""
    data = json.loads(item.body) if item.body else {}
    return str(data.get("case_number") or data.get("case") or "")
