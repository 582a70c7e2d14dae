"""What firms may enjoy and what is on file, as one list by state: the first is derived from facts, the others are rows of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries import awards, entitlements, schemes
from app.incentives.queries.awards import AwardFilter
from app.incentives.queries.entitlements import Entitlement, EntitlementScope
from app.incentives.queries.schemes import SchemeFamily
from app.kit.lists import filters
from app.kit.lists.found import FoundSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page

FIRST_YEAR, LAST_YEAR = 2000, 2100


def _state(said: str, _viewer: Viewer) -> IncentiveState | None:
    return IncentiveState(said) if said in set(IncentiveState) else None


def _year(said: str, _viewer: Viewer) -> int | None:
    year = filters.year_in(said)
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


@dataclass(frozen=True)
class IncentiveFilter:
    """In which state, under which scheme, by facts of which year."""

    state: Annotated[IncentiveState, filters.Filter(_state)] = IncentiveState.ELIGIBLE
    scheme: Annotated[str, filters.Filter(filters.text)] = ""
    year: Annotated[int | None, filters.Filter(_year)] = None


def families_of(viewer: Viewer) -> list[SchemeFamily]:
    """The schemes of the viewer's area: for `Viewer.own`."""
    return schemes.list_families(viewer.session, viewer.actor.region_prefix)


def _asked(viewer: Viewer, wanted: IncentiveFilter) -> Sequence[SchemeFamily]:
    return [family for family in viewer.own(families_of) if wanted.scheme in ("", family.code)]


def _scope(viewer: Viewer, wanted: IncentiveFilter) -> EntitlementScope:
    return EntitlementScope(viewer.actor.region_prefix, year=wanted.year)


def _page(viewer: Viewer, wanted: IncentiveFilter, _sort: str, cursor: str | None, limit: int) -> Page[Any]:
    session, actor = viewer.session, viewer.actor
    if wanted.state is IncentiveState.ELIGIBLE:
        families, scope = _asked(viewer, wanted), _scope(viewer, wanted)
        return entitlements.page_entitlements(session, families, scope, cursor, limit)
    narrowed = AwardFilter(wanted.state, wanted.scheme, wanted.year)
    return awards.page_visible_to(session, actor, narrowed, cursor, limit)


def count_by_state(viewer: Viewer, wanted: IncentiveFilter) -> dict[IncentiveState, Count]:
    """How many there are in each state, by the other conditions of the filter."""
    asked = _asked(viewer, wanted)
    codes, on_file = {family.code for family in asked}, awards.count_by_state(viewer.session, viewer.actor, wanted.year)
    counts = {
        state: Count(sum(n for (code, held), n in on_file.items() if held is state and code in codes))
        for state in IncentiveState
    }
    counts[IncentiveState.ELIGIBLE] = entitlements.count_entitlements(viewer.session, asked, _scope(viewer, wanted))
    return counts


INCENTIVES: FoundSource[Entitlement | Incentive, IncentiveFilter] = FoundSource(
    kind=IncentiveFilter,
    find=_page,
    number=lambda viewer, wanted: count_by_state(viewer, wanted)[wanted.state],
)
