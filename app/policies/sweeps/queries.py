"""Reading sweeps: which an officer sees, their lines by standing, the counts. One filter for list, count, export and cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session, load_only

from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region
from app.policies.domain.values.outcome import Outcome
from app.policies.models import Sweep, SweepLine
from app.policies.sweeps.domain import SweepStatus

Columns = TypeVarTuple("Columns")

BATCH = 1_000
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class SweepLineFilter:
    """Which lines of one policy; an empty field narrows nothing. `usccs` are the ticked firms."""

    policy: str
    standing: str = ""
    missing: str = ""
    region: str = ""
    q: str = ""
    usccs: tuple[str, ...] = ()


# -- sweeps -------------------------------------------------------------------------------------------------------------


def _reaches(actor: Actor) -> ColumnElement[bool]:
    """Sweeps of the actor's region, of a part of it, or of a wider one that holds it; lines are narrowed besides."""
    prefix = actor.region_prefix
    wider = [prefix[:length] for length in range(len(prefix))]
    return or_(within_region(Sweep.region_prefix, prefix), Sweep.region_prefix.in_(wider))


def page_sweeps_visible_to(session: Session, actor: Actor, *, cursor: str | None, limit: int = 30) -> Page[Sweep]:
    """The sweeps that concern the actor's region, the newest first."""
    return page(session, select(Sweep).where(_reaches(actor)), Keyset([(Sweep.id, "desc")]), cursor, limit)


def get_sweep_visible_to(session: Session, actor: Actor, sweep_id: int) -> Sweep:
    """One sweep. Raises `NotFound`, also for one that does not concern the actor's region."""
    found = session.scalar(select(Sweep).where(Sweep.id == sweep_id, _reaches(actor)))
    if found is None:
        raise NotFound("sweep.unknown", _("没有这次摸底，或它不在您的辖区内。"))
    return found


# -- lines --------------------------------------------------------------------------------------------------------------

_UNMET, _MET, _UNKNOWN = Outcome.UNMET.value, Outcome.MET.value, Outcome.UNKNOWN.value

_STANDINGS: dict[str, ColumnElement[bool]] = {
    SweepStatus.PASSES: SweepLine.outcome == _MET,
    SweepStatus.DEPENDS: SweepLine.outcome == _UNKNOWN,
    SweepStatus.ONE_SHORT: and_(SweepLine.outcome == _UNMET, SweepLine.unmet == 1),
    SweepStatus.ONLY_ONE: and_(SweepLine.outcome == _UNMET, SweepLine.unmet == 1, SweepLine.unknown == 0),
    SweepStatus.FAILS: SweepLine.outcome == _UNMET,
    SweepStatus.LAPSES: SweepLine.lapses_on.is_not(None),
    SweepStatus.CHANGED: SweepLine.before != SweepLine.outcome,
    SweepStatus.GAINED: and_(SweepLine.before != _MET, SweepLine.outcome == _MET),
    SweepStatus.LOST: and_(SweepLine.before == _MET, SweepLine.outcome != _MET),
}

#: The most a firm can still score; of policies without a score nobody has any.
_REACH = func.coalesce(SweepLine.score_high, 0).label("reach")

#: Nearest first: outcome, unmet and unknown rise together, in the order of the index.
_SORTS: dict[str, Keyset] = {
    "nearest": Keyset(
        [
            (SweepLine.outcome, "asc"),
            (SweepLine.unmet, "asc"),
            (SweepLine.unknown, "asc"),
            (SweepLine.enterprise_id, "asc"),
        ]
    ),
    "score": Keyset([(_REACH, "desc"), (SweepLine.enterprise_id, "asc")]),
    "name": Keyset([(Enterprise.name_pinyin, "asc"), (Enterprise.id, "asc")]),
}
SORTS = tuple(_SORTS)

_FIRM = load_only(
    Enterprise.uscc, Enterprise.name, Enterprise.name_pinyin, Enterprise.region_code, Enterprise.disabled_on
)


def page_lines(
    session: Session,
    actor: Actor,
    sweep: Sweep,
    wanted: SweepLineFilter,
    *,
    sort: str,
    cursor: str | None,
    limit: int = 50,
) -> Page[Row[SweepLine, Enterprise]]:
    """One page of lines, each with its firm."""
    statement: Any = narrowed(session, select(SweepLine, Enterprise).options(_FIRM), actor, sweep, wanted)
    keyset = order_of(sort)
    return page(
        session,
        statement,
        keyset,
        cursor,
        limit,
        values_of=lambda row: [_value(row, column) for column, _direction in keyset.order],
    )


def _value(row: Any, column: Any) -> Any:
    if column is _REACH:
        return row.SweepLine.score_high or 0
    return getattr(row.SweepLine if column.class_ is SweepLine else row.Enterprise, column.key)


def order_of(sort: str) -> Keyset:
    """The total order of a list; an unknown one is the nearest first."""
    return _SORTS[sort if sort in _SORTS else "nearest"]


def count_lines(session: Session, actor: Actor, sweep: Sweep, wanted: SweepLineFilter) -> Count:
    """How many lines, exactly up to 10,000."""
    return count_up_to(session, narrowed(session, select(SweepLine.id), actor, sweep, wanted))


def stream_lines(
    session: Session, actor: Actor, sweep: Sweep, wanted: SweepLineFilter, *, sort: str
) -> Iterator[Sequence[Row[SweepLine, Enterprise]]]:
    """Every line in order with its firm, a thousand at a time."""
    statement = narrowed(session, select(SweepLine, Enterprise).options(_FIRM), actor, sweep, wanted)
    rows = session.execute(statement.order_by(*order_of(sort).order_by()).execution_options(yield_per=BATCH))
    yield from rows.partitions(BATCH)


def list_firms(session: Session, actor: Actor, sweep: Sweep, wanted: SweepLineFilter, limit: int) -> list[Enterprise]:
    """The firms of the filtered lines, nearest first, `limit` at most."""
    statement = narrowed(session, select(Enterprise), actor, sweep, wanted).options(_FIRM)
    return list(session.scalars(statement.order_by(*order_of("nearest").order_by()).limit(limit)))


def list_swept_firms(session: Session, ids: Sequence[int]) -> list[Enterprise]:
    """These firms, with what lists show of them."""
    return list(session.scalars(select(Enterprise).options(_FIRM).where(Enterprise.id.in_(ids))))


def narrowed(
    session: Session, statement: Select[*Columns], actor: Actor, sweep: Sweep, wanted: SweepLineFilter
) -> Select[*Columns]:
    """`statement` over the lines that the actor may see and `wanted` asks for, joined with their firms."""
    conditions = [SweepLine.sweep_id == sweep.id, SweepLine.policy_code == wanted.policy]
    if wanted.standing in _STANDINGS:
        conditions.append(_STANDINGS[wanted.standing])
    if wanted.missing:
        conditions.append(_waits_for(session, wanted.missing))
    if wanted.region:
        conditions.append(
            Enterprise.region_code == ""
            if wanted.region == "unknown"
            else within_region(Enterprise.region_code, wanted.region)
        )
    if wanted.usccs:
        conditions.append(Enterprise.uscc.in_(wanted.usccs))
    searched = matching(session, wanted.q)
    if searched is not None:
        conditions.append(searched)
    if not _sees_all(actor, sweep):
        conditions.append(visible_to(actor))
    joined = statement.select_from(SweepLine).join(Enterprise, Enterprise.id == SweepLine.enterprise_id)
    return joined.where(*conditions)


def _sees_all(actor: Actor, sweep: Sweep) -> bool:
    """Whether the whole sweep lies within the actor's region."""
    return sweep.region_prefix.startswith(actor.region_prefix)


def _waits_for(session: Session, code: str) -> ColumnElement[bool]:
    """Lines among whose missing facts is `code`."""
    if session.get_bind().dialect.name == "postgresql":
        return SweepLine.missing.op("@>")(func.jsonb_build_array(code))
    items = func.json_each(SweepLine.missing).table_valued("value")
    return exists(select(literal_column("1")).select_from(items).where(items.c.value == code))


# -- counts -------------------------------------------------------------------------------------------------------------


def counts_for(session: Session, actor: Actor, sweep: Sweep) -> Counts:
    """The counts of a finished sweep by policy: those kept, or those of the actor's own region within a wider sweep."""
    if _sees_all(actor, sweep):
        found: Counts = sweep.counts.get("policies", {})
        return found
    statement = _counted(sweep).join(Enterprise, Enterprise.id == SweepLine.enterprise_id).where(visible_to(actor))
    return _read_counts(session, statement)


def firms_for(actor: Actor, sweep: Sweep, counts: Counts) -> int:
    """How many firms of a finished sweep the actor sees, given the `counts` that are theirs."""
    if _sees_all(actor, sweep):
        return sweep.total
    return max((numbers["firms"] for numbers in counts.values()), default=0)


def count_statuses(session: Session, sweep: Sweep) -> Counts:
    """How many firms stand how, by policy."""
    return _read_counts(session, _counted(sweep))


def _counted(sweep: Sweep) -> Select[Any]:
    sums = [func.sum(case((condition, 1), else_=0)) for condition in _STANDINGS.values()]
    new = func.sum(case((SweepLine.before.is_(None), 1), else_=0))
    columns: list[Any] = [SweepLine.policy_code, func.count(), new, *sums]
    counted: Select[Any] = select(*columns)
    return counted.where(SweepLine.sweep_id == sweep.id).group_by(SweepLine.policy_code)


def _read_counts(session: Session, statement: Select[Any]) -> Counts:
    names = ("firms", "new", *map(str, _STANDINGS))
    return {code: dict(zip(names, map(int, numbers), strict=True)) for code, *numbers in session.execute(statement)}
