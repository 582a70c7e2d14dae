"""The rows behind a plan's number, as a list: firms and experts by name, cases by number."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from app.cases.models import CaseFile
from app.commissioners.models import Commissioner
from app.commissioners.queries import BY_NAME, with_agreements
from app.enterprises.models import Enterprise
from app.kit.lists.found import FoundSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Keyset, Page, page
from app.targets import counts
from app.targets.domain import Applications, Commissioners, Counted, Period

TargetItem = Enterprise | CaseFile | Commissioner
_FIRMS_BY_NAME = Keyset([(Enterprise.name_pinyin, "asc"), (Enterprise.id, "asc")])


@dataclass(frozen=True)
class TargetRowFilter:
    """What is counted, in which year, within which area; code says all of it."""

    counted: Counted
    period: Period
    region_prefix: str


def _page(viewer: Viewer, wanted: TargetRowFilter, _sort: str, cursor: str | None, limit: int) -> Page[Any]:
    return page(viewer.session, _loaded(wanted), _order(wanted.counted), cursor, limit)


def _loaded(wanted: TargetRowFilter) -> Select[Any]:
    statement = counts.rows(wanted.counted, wanted.period, wanted.region_prefix)
    if isinstance(wanted.counted, Applications):
        return statement.options(joinedload(CaseFile.enterprise))
    return statement.options(*with_agreements()) if isinstance(wanted.counted, Commissioners) else statement


def _order(counted: Counted) -> Keyset:
    if isinstance(counted, Applications):
        return Keyset([(CaseFile.number, "asc")])
    return BY_NAME if isinstance(counted, Commissioners) else _FIRMS_BY_NAME


TARGET_ROWS: FoundSource[TargetItem, TargetRowFilter] = FoundSource(
    kind=TargetRowFilter,
    find=_page,
    number=lambda viewer, wanted: Count(
        counts.count(viewer.session, wanted.counted, wanted.period, wanted.region_prefix)
    ),
)
