"""The pairs on file: what was found is kept, what a person said of it stays."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.pairs import Found
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.models import DuplicatePair
from app.kit.membership import one_of


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
