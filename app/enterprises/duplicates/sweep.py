"""Looking through the whole register of a region for firms that stand there twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.enterprises.duplicates import events
from app.enterprises.duplicates.domain.key_index import KeyIndex
from app.enterprises.duplicates.domain.key_table import KeyTable
from app.enterprises.duplicates.domain.pairs import Found, shown_among
from app.enterprises.duplicates.domain.records import FirmEntry, record_of
from app.enterprises.duplicates.kept_pairs import keep_pairs
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.stated import list_stated, place_names, within
from app.enterprises.models import Enterprise
from app.jobs.run import Run
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.db import read_scope, session_scope

_COMPARED_AT_ONCE = 50_000
_WRITTEN_AT_ONCE = 500


def sweep_register(run: Run) -> Mapping[str, Any]:
    """The job: compare the firms of a region, keep the pairs that are likely one firm, let go of those that no longer are."""
    prefix, began = str(run.params["region"]), run.now()
    with read_scope(run.around.database) as session:
        places, stated = place_names(session), list_stated(session, within(prefix))
    records = [record_of(firm, places) for firm in stated]
    table = KeyTable.of(records)
    pairs, passed_over = table.pairs()
    found = _compare(run, records, pairs, KeyIndex.of(table))
    facts = {firm.key: firm for firm in stated}
    for at in range(0, len(found), _WRITTEN_AT_ONCE):
        with session_scope(run.around.database) as session:
            keep_pairs(session, found[at : at + _WRITTEN_AT_ONCE], facts, began)
            run.save(session, checkpoint={}, done=len(pairs), total=len(pairs))
    result = {
        "firms": len(stated),
        "compared": len(pairs),
        "passed_over": passed_over,
        "found": len(found),
    }
    with session_scope(run.around.database) as session:
        _let_go(session, prefix, began)
        subject = SubjectKey("duplicates", prefix or "-", prefix, region_code=prefix)
        record(session, actor=run.actor, now=run.now(), type=events.SWEPT, subject=subject, data=result)
    return result


def _compare(run: Run, records: Sequence[FirmEntry], pairs: Sequence[tuple[int, int]], index: KeyIndex) -> list[Found]:
    """The likely pairs; whoever waits sees how far it is, and can stop it."""
    found: list[Found] = []
    total = len(pairs)
    for at in range(0, total, _COMPARED_AT_ONCE):
        part = pairs[at : at + _COMPARED_AT_ONCE]
        found += shown_among(((records[one], records[other]) for one, other in part), index)
        done = min(at + _COMPARED_AT_ONCE, total)
        with session_scope(run.around.database) as session:
            run.save(session, checkpoint={}, done=done, total=total)
        run.between_batches(done, total)
    return found


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
