"""Registering an answer: its rows become receipts whose ids are the file and the row, so that the same file registers nothing twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.actions import HAND_OVER
from app.exchange.handovers.events import subject_of
from app.exchange.handovers.models import Handover
from app.exchange.handovers.schemas import RecordReceipt
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import lock_partner
from app.exchange.sheets import events
from app.exchange.sheets.answers import judge, read_answer
from app.exchange.sheets.domain import REGISTERED, JudgedRow
from app.exchange.sheets.service import SheetBatch
from app.files.models import StoredFile
from app.files.service.storing import keep_file
from app.files.vault import Upload, Vault
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import read_scope, session_scope
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, require

JOB_KIND = "answer"
CHANNEL = "workbook"
BATCH = 200


def receive_answer(
    session: Session, vault: Vault, *, actor: Actor, now: datetime, batch: SheetBatch, upload: Upload
) -> StoredFile:
    """Keep a partner's answer, once it can be read; nothing of it is registered yet. One event.

    Raises `Invalid` when it is no table, or lacks a column that is needed, `Conflict` when the batch did not go out.
    """
    require(actor, HAND_OVER, Place(batch.partner.region_prefix))
    if batch.row.released_at is None:
        raise Conflict("handover.not_released", _("该批次还没有登记送出。请先登记送出，再读入回执。"))
    file = keep_file(session, vault, upload, actor=actor, now=now, as_evidence=False)
    rows = len(read_answer(vault.blobs.path(file.sha256)).answers)
    data = {"note": file.name, "sha256": file.sha256, "rows": rows}
    subject = subject_of(batch.row, batch.partner)
    record(session, actor=actor, now=now, type=events.ANSWER_RECEIVED, subject=subject, data=data)
    return file


def get_answer(session: Session, actor: Actor, file_id: int) -> StoredFile:
    """The file that `actor` handed in; raises `NotFound`."""
    file = session.get(StoredFile, file_id)
    if file is None or (file.by_kind, file.by_id) != (actor.kind, actor.id):
        raise NotFound("answer.unknown", _("没有这份回执文件，请重新上传。"))
    return file


def order_answer(session: Session, *, actor: Actor, now: datetime, batch: SheetBatch, file: StoredFile) -> Job:
    """Put the registration of the kept answer into the queue."""
    require(actor, HAND_OVER, Place(batch.partner.region_prefix))
    params = {"answer": batch.row.number, "sha256": file.sha256, "name": file.name, "file": file.id}
    title = _("登记回执 · %(number)s") % {"number": batch.row.number}
    return enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)


def register(run: Run) -> Mapping[str, Any]:
    """The job: judge the rows once more and register those that say something new, batch by batch; returns how many of each."""
    sha256 = str(run.params["sha256"])
    answers = read_answer(run.around.blobs.path(sha256)).answers
    with read_scope(run.around.database) as session:
        about = _about(session, str(run.params["answer"]))
        judged = [each for each in judge(session, about.partner, answers) if each.finding in REGISTERED]
    counts: Counter[str] = Counter(run.checkpoint.get("counts", {}))
    done, total = int(run.checkpoint.get("done", 0)), int(run.checkpoint.get("done", 0)) + len(judged)
    for start in range(0, len(judged), BATCH):
        batch = judged[start : start + BATCH]
        with session_scope(run.around.database) as session:
            counts += _apply(session, about.partner, sha256, batch, run.now())
            done += len(batch)
            run.save(session, checkpoint={"done": done, "counts": dict(counts)}, done=done, total=total)
        run.between_batches(done, total)
    with session_scope(run.around.database) as session:
        data = {"note": run.params["name"], "sha256": sha256, "rows": len(answers), **counts}
        subject = subject_of(about.row, about.partner)
        record(session, actor=run.actor, now=run.now(), type=events.ANSWER_READ, subject=subject, data=data)
    return {"counts": dict(counts)}


def _about(session: Session, number: str) -> SheetBatch:
    handover = session.scalars(select(Handover).where(Handover.number == number)).one()
    return SheetBatch(handover, session.get_one(Partner, handover.partner_id))


def _apply(session: Session, partner: Partner, sha256: str, batch: Sequence[JudgedRow], now: datetime) -> Counter[str]:
    receipts = [_receipt(sha256, each) for each in batch]
    lock_partner(session, partner.id)
    results = apply_receipts(session, partner=partner, channel=CHANNEL, receipts=receipts, now=now)
    return Counter(
        str(receipt.outcome) if result.applied else result.note
        for receipt, result in zip(receipts, results, strict=True)
    )


def _receipt(sha256: str, judged: JudgedRow) -> RecordReceipt:
    answer, outcome = judged.answer, judged.answer.outcome
    if outcome is None:
        raise ValueError("only rows with a result are registered")
    return RecordReceipt(
        receipt_id=f"{CHANNEL}:{sha256[:32]}:{answer.sheet}:{answer.row}",
        kind="record",
        idempotency_key=answer.identity,
        outcome=outcome,
        reason=answer.reason[:2_000],
    )
