"""The job of a reconciliation: lay their list down, read ours at one position beside it, write what does not agree.

Their list is taken in whole before the first line is written, so that a partner that breaks off leaves nothing behind; a run
that is stopped or fails later takes its lines away again, and one that was killed begins anew.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.enterprises.queries import in_own_right
from app.exchange.comparison.domain import ComparisonSource, ComparisonState, LineKind
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.delivery.connections import Clients
from app.exchange.delivery.reasons import CallError, reason
from app.exchange.domain import LISTS
from app.exchange.handovers.service.settling import mark_reconciled
from app.exchange.json_values import Record, dumps
from app.exchange.partners.models import Partner
from app.exchange.plans import plans_of
from app.exchange.reconciliation import events
from app.exchange.reconciliation.equality import differences
from app.exchange.reconciliation.staging import StagingTable
from app.exchange.reconciliation.theirs import Listing, listing_of_file, listing_of_records
from app.exchange.records import RecordPlan, count_records, iterate_records
from app.jobs.domain import CancelledError, LeaseLostError
from app.jobs.run import Run, ShutdownError
from app.journal.domain import SubjectKey
from app.journal.queries import head_position
from app.journal.service import record
from app.kit.db import read_scope, session_scope
from app.kit.errors import DomainError, Unavailable
from app.kit.i18n import _

Line = dict[str, Any]


@dataclass
class _ReconciliationContext:
    """One run: who with, over which records, and what was found so far."""

    run: Run
    number: int
    partner: Partner
    plan: RecordPlan
    source: str
    counts: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    position: int = 0


def reconcile(run: Run) -> Mapping[str, Any]:
    """The job: returns how many lines differ in which field, which fields were not compared, and what of theirs is unknown."""
    number = int(run.params["reconciliation"])
    try:
        return _reconcile(_begin(run, number))
    except (LeaseLostError, ShutdownError):  # somebody else goes on with it, or we do later, from the beginning
        raise
    except CancelledError:
        _give_up(run, number, ComparisonState.CANCELLED, "")
        raise
    except DomainError as error:
        _give_up(run, number, ComparisonState.FAILED, error.message)
        raise
    except Exception:
        _give_up(run, number, ComparisonState.FAILED, _("程序出错，没有保留任何结果，可以重新对账。"))
        raise


def _begin(run: Run, number: int) -> _ReconciliationContext:
    with session_scope(run.around.database) as session:
        row = session.get_one(Reconciliation, number)
        partner = session.get_one(Partner, row.partner_id)
        session.execute(delete(ReconciliationLine).where(ReconciliationLine.reconciliation_id == number))
        row.state, row.error = ComparisonState.RUNNING, ""
        plan = plans_of(partner.definition, partner.definition_version)[row.resource]
        run.save(session, checkpoint={}, done=0, total=0)
        return _ReconciliationContext(run, number, partner, plan, row.source)


def _reconcile(work: _ReconciliationContext) -> Mapping[str, Any]:
    with StagingTable() as stage, ExitStack() as stack:
        try:
            listing = _their_list(work, stack)
            for count in stage.lay_down(listing.rows):
                _tell(work.run, count, 0)
        except CallError as error:
            message = _("没有读到“%(name)s”的清单：%(reason)s。没有保留任何结果，请稍后重新对账。") % {
                "name": work.partner.name,
                "reason": reason(error.kept),
            }
            raise Unavailable("reconciliation.no_answer", message) from error
        _compare(work, stage, listing)
    return _finish(work, listing)


def _their_list(work: _ReconciliationContext, stack: ExitStack) -> Listing:
    """Their list, still to be read; what it is read from is closed with `stack`."""
    run, definition = work.run, work.plan.definition
    if work.source == ComparisonSource.FILE:
        return listing_of_file(run.around.blobs.path(run.params["sha256"]), definition)
    clients = Clients(run.around.secret, clock=run.around.clock)
    stack.callback(clients.close_all)
    return listing_of_records(clients.of(work.partner, run.now()).iterate_records(work.plan.resource), definition)


def _tell(run: Run, done: int, total: int) -> None:
    with session_scope(run.around.database) as session:
        run.save(session, checkpoint={}, done=done, total=total)
    run.between_batches(done, total)


# -- comparing -------------------------------------------------------------------------------------------------------------


def _compare(work: _ReconciliationContext, stage: StagingTable, listing: Listing) -> None:
    """Ours in one reading transaction, batch by batch beside theirs; then what only they have, and what is no record."""
    done = 0
    with read_scope(work.run.around.database) as reading:
        work.position = head_position(reading)
        total = count_records(reading, work.plan, work.partner.region_prefix)
        for batch in iterate_records(reading, work.plan, work.partner.region_prefix):
            done += len(batch)
            _write(work, _beside(work, batch, stage, listing), done, total)
    for unseen in stage.unseen():
        lines = [_line(LineKind.ONLY_THERE, key, data) for key, data in unseen]
        _write(work, lines, done, total)
    for unread in stage.unreadable():
        _write(work, [_unread(*each) for each in unread], done, total)


def _beside(
    work: _ReconciliationContext, records: Sequence[Record], stage: StagingTable, listing: Listing
) -> list[Line]:
    definition = work.plan.definition
    ours: list[Record] = orjson.loads(dumps(records))  # as it leaves the house
    theirs = stage.take([str(each[definition.key]) for each in ours])
    lines = []
    for mine in ours:
        key = str(mine[definition.key])
        if key not in theirs:
            lines.append(_line(LineKind.ONLY_HERE, key, mine))
            continue
        found = differences(definition.fields, mine, theirs[key], listing.compared)
        if found:
            work.fields.update(found.keys())
            lines.append(_line(LineKind.DIFFERING, key, mine, found))
        else:
            work.counts["same"] += 1
    return lines


def _line(kind: LineKind, key: str, data: Mapping[str, Any], fields: Mapping[str, Any] | None = None) -> Line:
    name = data.get("name") or data.get("title") or ""
    return {
        "kind": kind,
        "key": key,
        "label": str(name)[:240],
        "fields": dict(fields or {}),
        "enterprise_id": None,
        "uscc": str(data.get("uscc") or ""),
    }


def _unread(key: str, place: str, problem: str) -> Line:
    """A row of theirs that is no record: it bears no key, lest it be taken for the record of that key."""
    return _line(LineKind.UNREADABLE, "", {"name": place}, {"problem": [key, problem]})


def _write(work: _ReconciliationContext, lines: Sequence[Line], done: int, total: int) -> None:
    """One transaction for a batch of lines and the progress."""
    run = work.run
    with session_scope(run.around.database) as session:
        _name_firms(session, lines)
        rows = [{**line, "reconciliation_id": work.number} for line in lines]
        for row in rows:
            del row["uscc"]
        if rows:
            session.execute(insert(ReconciliationLine), rows)
        run.save(session, checkpoint={}, done=done, total=total)
    work.counts.update(str(line["kind"]) for line in lines)
    run.between_batches(done, total)


def _name_firms(session: Session, lines: Sequence[Line]) -> None:
    """The firm behind each line, and its name where the record bears none."""
    codes = {line["uscc"] for line in lines if line["uscc"]}
    if not codes:
        return
    wanted = select(Enterprise.uscc, Enterprise.id, Enterprise.name).where(Enterprise.uscc.in_(codes), in_own_right())
    firms = {uscc: (row_id, name) for uscc, row_id, name in session.execute(wanted)}
    for line in lines:
        row_id, name = firms.get(line["uscc"], (None, ""))
        line["enterprise_id"], line["label"] = row_id, line["label"] or name


# -- the end -----------------------------------------------------------------------------------------------------------------


def _finish(work: _ReconciliationContext, listing: Listing) -> Mapping[str, Any]:
    run, counts = work.run, work.counts
    with session_scope(run.around.database) as session:
        row = session.get_one(Reconciliation, work.number)
        row.state, row.finished_at, row.position = ComparisonState.FINISHED, run.now(), work.position
        row.same, row.differing = counts["same"], counts[LineKind.DIFFERING]
        row.only_here, row.only_there = counts[LineKind.ONLY_HERE], counts[LineKind.ONLY_THERE]
        row.unreadable = counts[LineKind.UNREADABLE]
        session.flush()
        if not _plain_left_out(work, listing):
            mark_reconciled(session, work.partner, row.resource, run.now())
        _note(session, run, row, work.partner)
    return {
        "fields": dict(work.fields),
        "not_compared": _left_out(work, listing),
        "others": list(listing.others),
        "sheet": listing.sheet,
    }


def _left_out(work: _ReconciliationContext, listing: Listing) -> list[str]:
    """The fields that their list has no column for."""
    compared, fields = listing.compared, work.plan.definition.fields
    return [each.name for each in fields if compared is not None and each.name not in compared]


def _plain_left_out(work: _ReconciliationContext, listing: Listing) -> bool:
    """Whether a field that a table can hold was not compared: such a run confirms no batch."""
    lists = {each.name for each in work.plan.definition.fields if each.type in LISTS}
    return bool(set(_left_out(work, listing)) - lists)


def _note(session: Session, run: Run, row: Reconciliation, partner: Partner) -> None:
    data = {
        "resource": row.resource,
        "source": row.source,
        "position": row.position,
        **{name: getattr(row, name) for name in ("same", "differing", "only_here", "only_there", "unreadable")},
    }
    subject = SubjectKey("reconciliation", str(row.id), partner.name, region_code=partner.region_prefix)
    record(session, actor=run.actor, now=run.now(), type=events.FINISHED, subject=subject, data=data)


def _give_up(run: Run, number: int, state: ComparisonState, error: str) -> None:
    with session_scope(run.around.database) as session:
        session.execute(delete(ReconciliationLine).where(ReconciliationLine.reconciliation_id == number))
        row = session.get_one(Reconciliation, number)
        row.state, row.finished_at, row.error = state, run.now(), error[:400]
