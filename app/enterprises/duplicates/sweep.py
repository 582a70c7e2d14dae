"""Looking through the whole register of a region for firms that stand there twice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.enterprises.duplicates import events
from app.enterprises.duplicates.domain.blocks import Blocks, find_pairs
from app.enterprises.duplicates.domain.pairs import Found, find_duplicates
from app.enterprises.duplicates.domain.records import StatedFirm, record_of
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.queries import list_stated, place_names, within
from app.enterprises.models import Enterprise
from app.jobs.run import Run
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.db import read_scope, session_scope
from app.kit.membership import one_of

_COMPARED_AT_ONCE = 50_000
_WRITTEN_AT_ONCE = 500


def sweep_register(run: Run) -> Mapping[str, Any]:
    """The job: compare the firms of a region, keep the pairs that are likely one firm, let go of those that no longer are."""
    prefix, began = str(run.params["region"]), run.now()
    with read_scope(run.around.database) as session:
        places, stated = place_names(session), list_stated(session, within(prefix))
    records = [record_of(firm, places) for firm in stated]
    blocks = find_pairs(records)
    found = _compare(run, records, blocks)
    facts = {firm.key: firm for firm in stated}
    for at in range(0, len(found), _WRITTEN_AT_ONCE):
        with session_scope(run.around.database) as session:
            keep_pairs(session, found[at : at + _WRITTEN_AT_ONCE], facts, began)
            run.save(session, checkpoint={}, done=len(blocks.pairs), total=len(blocks.pairs))
    result = {
        "firms": len(stated),
        "compared": len(blocks.pairs),
        "passed_over": blocks.passed_over,
        "found": len(found),
    }
    with session_scope(run.around.database) as session:
        _let_go(session, prefix, began)
        subject = SubjectKey("duplicates", prefix or "-", prefix, region_code=prefix)
        record(session, actor=run.actor, now=run.now(), type=events.SWEPT, subject=subject, data=result)
    return result


def _compare(run: Run, records: Sequence[Any], blocks: Blocks) -> list[Found]:
    """The likely pairs; whoever waits sees how far it is, and can stop it."""
    found: list[Found] = []
    total = len(blocks.pairs)
    for at in range(0, total, _COMPARED_AT_ONCE):
        part = Blocks(blocks.pairs[at : at + _COMPARED_AT_ONCE], blocks.passed_over)
        found += find_duplicates(records, part)
        done = min(at + _COMPARED_AT_ONCE, total)
        with session_scope(run.around.database) as session:
            run.save(session, checkpoint={}, done=done, total=total)
        run.between_batches(done, total)
    return found


def keep_pairs(session: Session, found: Iterable[Found], facts: Mapping[int, StatedFirm], now: datetime) -> None:
    """Write what was found. What a person decided stays while the facts of both firms are those that were decided on."""
    pairs = {(pair.one.key, pair.other.key): pair for pair in found}
    keys = {one for one, _other in pairs}
    known = {
        (row.one_id, row.other_id): row
        for row in session.scalars(select(DuplicatePair).where(one_of(DuplicatePair.one_id, keys)))
    }
    for key, pair in pairs.items():
        told, row = _facts_of(facts[key[0]], facts[key[1]]), known.get(key)
        if row is None:
            row = DuplicatePair(one_id=key[0], other_id=key[1])
            session.add(row)
        elif row.decision and row.facts_sha256 == told:
            continue
        row.score_e4 = round(pair.likeness.score * 10_000)
        row.observed, row.facts_sha256, row.found_at = dict(pair.likeness.observed), told, now
        row.decision, row.decided_by, row.decided_at = "", "", None


def _facts_of(one: StatedFirm, other: StatedFirm) -> str:
    """A mark of everything that was compared."""
    told = repr((one, other)).encode()
    return sha256(told).hexdigest()


def _let_go(session: Session, prefix: str, began: datetime) -> None:
    """Pairs of the region that wait and were not found again: a firm was corrected, or is no longer in use."""
    inside = select(Enterprise.id).where(within(prefix))
    session.execute(
        delete(DuplicatePair).where(
            DuplicatePair.decision == "",
            DuplicatePair.found_at < began,
            DuplicatePair.one_id.in_(inside),
            DuplicatePair.other_id.in_(inside),
        )
    )
