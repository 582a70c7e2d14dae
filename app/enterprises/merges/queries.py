"""Reading what a merge would be of: two records side by side with where each field came from; and the merges of a firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises import events as told
from app.enterprises.merges import events
from app.enterprises.merges.domain import GROUPS, FieldBundle, Side, is_alike, suggested
from app.enterprises.merges.held import Held, list_held
from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.service import check_two, objections_to_merge
from app.enterprises.models import Enterprise
from app.enterprises.service.recording import snapshot
from app.journal.models import JournalEvent

#: The events by which fields of a firm are written.
_WRITING = (
    told.CREATED,
    told.IMPORTED,
    told.CHANGED,
    told.CHANGED_BY_IMPORT,
    told.CODE_CONFIRMED,
    told.CODE_CHANGED,
    told.IMPORT_UNDONE,
    events.MERGED,
    events.UNMERGED,
)


@dataclass(frozen=True)
class FieldSource:
    """Who wrote a field last, by what kind of event, when."""

    type: str
    actor_kind: str
    actor_name: str
    at: datetime


@dataclass(frozen=True)
class GroupPair:
    """Fields that are chosen together, of both firms: whether they say the same, what is suggested, where each comes from."""

    group: FieldBundle
    alike: bool
    side: Side
    sources: tuple[FieldSource | None, FieldSource | None]


@dataclass(frozen=True)
class MergeComparison:
    """Two firms before they become one."""

    mine: Enterprise
    other: Enterprise
    groups: tuple[GroupPair, ...]
    held: Sequence[Held]
    objections: Sequence[str]

    @property
    def moving(self) -> int:
        """How many rows people know of would move."""
        return sum(each.other for each in self.held if each.belonging.is_shown)


def compare(session: Session, mine: Enterprise, other: Enterprise) -> MergeComparison:
    """What the two say and have; `mine` is to stay. Raises `Conflict` for a firm with itself."""
    check_two(mine.id, other.id)
    sources = _sources(session, (mine.id, other.id))
    return MergeComparison(
        mine,
        other,
        tuple(_pair(group, mine, other, sources) for group in GROUPS),
        list_held(session, mine.id, other.id),
        objections_to_merge(session, mine.id, other.id),
    )


def _pair(
    group: FieldBundle, mine: Enterprise, other: Enterprise, sources: Mapping[tuple[int, str], FieldSource]
) -> GroupPair:
    values = snapshot(mine), snapshot(other)
    by_hand = tuple(any(name in firm.edited_fields for name in group.names) for firm in (mine, other))
    return GroupPair(
        group,
        is_alike(group, *values),
        suggested(group, *values, (by_hand[0], by_hand[1])),
        (_of(sources, mine.id, group), _of(sources, other.id, group)),
    )


def _of(sources: Mapping[tuple[int, str], FieldSource], firm: int, group: FieldBundle) -> FieldSource | None:
    found = [sources[firm, name] for name in group.names if (firm, name) in sources]
    return max(found, key=lambda source: source.at, default=None)


def _sources(session: Session, firms: tuple[int, int]) -> dict[tuple[int, str], FieldSource]:
    statement = (
        select(
            JournalEvent.enterprise_id,
            JournalEvent.type,
            JournalEvent.actor_kind,
            JournalEvent.actor_name,
            JournalEvent.at,
            JournalEvent.changes,
        )
        .where(JournalEvent.enterprise_id.in_(firms), JournalEvent.type.in_(_WRITING))
        .order_by(JournalEvent.position)
    )
    found: dict[tuple[int, str], FieldSource] = {}
    for row in session.execute(statement):
        source = FieldSource(row.type, row.actor_kind, row.actor_name, row.at)
        found |= {(row.enterprise_id, name): source for name in row.changes}
    return found


def more_used(session: Session, one: Enterprise, other: Enterprise) -> tuple[Enterprise, Enterprise]:
    """The two, first the one of which more is on file; of equal ones the older."""
    held = list_held(session, one.id, other.id)
    mine, others = (sum(getattr(each, side) for each in held if each.belonging.is_shown) for side in ("mine", "other"))
    return (other, one) if (others, -other.id) > (mine, -one.id) else (one, other)


class MergedFirm(NamedTuple):
    """A firm that is part of another by now, and the merge by which it became that."""

    merge_id: int
    firm_id: int
    name: str
    uscc: str
    at: datetime
    by_name: str


def list_merged_into(session: Session, firm_id: int) -> list[MergedFirm]:
    """The firms that are this one by now, also by way of others, the latest first."""
    statement = (
        select(FirmMerge.id, Enterprise.id, Enterprise.name, Enterprise.uscc, FirmMerge.at, FirmMerge.by_name)
        .join(Enterprise, Enterprise.id == FirmMerge.loser_id)
        .where(Enterprise.merged_into_id == firm_id, FirmMerge.undone_at.is_(None))
    )
    return [MergedFirm(*row) for row in session.execute(statement.order_by(FirmMerge.id.desc()))]
