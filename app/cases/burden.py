"""The burden count: everything that was asked of firms, by department. Requests and, from casework's own tables, what
corrections ask for and materials that were returned. A return that became a correction item counts once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.supply.domain import CorrectionKind, MaterialState
from app.cases.supply.models import CaseMaterial, CorrectionItem
from app.engagement.domain.requests import RequestKind, RequestOutcome, months_before
from app.engagement.models import FirmRequest
from app.engagement.schemas import OWN_DEPARTMENT
from app.enterprises.lists import firm_id_of
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.actor import Actor
from app.kit.clock import end_of_day, start_of_day
from app.kit.lists import filters
from app.kit.lists.found import FoundSource
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Keyset, Page, count_up_to, page
from app.kit.permissions import within_region

YEAR = 12
#: Where a row of the count stands: a request, a correction item, a material of a case.
REQUEST, CORRECTION, RETURNED = "request", "correction", "returned"


KINDS = (*RequestKind, CORRECTION, RETURNED)


@dataclass(frozen=True)
class BurdenFilter:
    """Which days (both included), and if given which firm, department, kind and region."""

    since: Annotated[date, filters.Filter(filters.day)]
    until: Annotated[date, filters.Filter(filters.day)]
    department: Annotated[str, filters.Filter(filters.text)] = ""
    kind: Annotated[str, filters.Filter(filters.among(KINDS))] = ""
    region: Annotated[str, filters.Filter(filters.text)] = ""
    firm: Annotated[int | None, filters.Filter(firm_id_of)] = None
    q: Annotated[str, filters.Filter(filters.text)] = ""


def days_asked(since: str, until: str, on: date) -> dict[str, date]:
    """The period that an address names; days that cannot be read are those of the last twelve months up to `on`."""
    last = filters.day_in(until) or on
    return {
        "since": filters.day_in(since) or date.fromordinal(months_before(last, YEAR).toordinal() + 1),
        "until": last,
    }


@dataclass(frozen=True)
class BurdenCount:
    """How often firms were asked by a department for one kind of thing."""

    department: str
    kind: str
    n: int


@dataclass(frozen=True)
class DepartmentCount:
    """How often a department asked a firm in the twelve months up to a day, and in the twelve before."""

    department: str
    n: int
    before: int


@dataclass(frozen=True)
class FirmCount:
    """How often a firm was asked in the period, by department and kind."""

    enterprise: Enterprise
    n: int
    tallies: tuple[BurdenCount, ...]


@dataclass(frozen=True)
class BurdenRow:
    """One thing asked of a firm: where it stands (`source` and `key`), and what it was."""

    source: str
    key: int
    enterprise: Enterprise
    department: str
    kind: str
    at: Any
    title: str
    case_number: str


def _rows(since: date, until: date) -> Any:
    """One row for each thing asked in the period: firm, department, kind, instant, title, case, source and key."""
    first, past = start_of_day(since), end_of_day(until)
    requests = select(
        FirmRequest.enterprise_id.label("enterprise_id"),
        FirmRequest.department.label("department"),
        FirmRequest.kind.label("kind"),
        FirmRequest.asked_at.label("at"),
        FirmRequest.title.label("title"),
        func.coalesce(FirmRequest.case_number, "").label("case_number"),
        literal(REQUEST).label("source"),
        FirmRequest.id.label("key"),
    ).where(FirmRequest.asked_on.between(since, until), FirmRequest.outcome != RequestOutcome.WITHDRAWN)
    corrections = (
        select(
            CaseFile.enterprise_id,
            literal(OWN_DEPARTMENT),
            literal(CORRECTION),
            CorrectionItem.asked_at,
            func.substr(CorrectionItem.remark, 1, 200),
            CaseFile.number,
            literal(CORRECTION),
            CorrectionItem.id,
        )
        .join(CaseFile, CaseFile.id == CorrectionItem.case_id)
        .where(CorrectionItem.asked_at >= first, CorrectionItem.asked_at < past)
    )
    returned = (
        select(
            CaseFile.enterprise_id,
            literal(OWN_DEPARTMENT),
            literal(RETURNED),
            CaseMaterial.at,
            func.substr(CaseMaterial.remark, 1, 200),
            CaseFile.number,
            literal(RETURNED),
            CaseMaterial.id,
        )
        .join(CaseFile, CaseFile.id == CaseMaterial.case_id)
        .where(CaseMaterial.at >= first, CaseMaterial.at < past, _was_returned(), ~_is_corrected())
    )
    return union_all(requests, corrections, returned).subquery("asked")


def _was_returned() -> ColumnElement[bool]:
    """Returned now, or returned once and given way to another document; the remark says what was wrong."""
    return and_(CaseMaterial.state.in_((MaterialState.RETURNED, MaterialState.REMOVED)), CaseMaterial.remark != "")


def _is_corrected() -> ColumnElement[bool]:
    return exists().where(
        CorrectionItem.case_id == CaseMaterial.case_id,
        CorrectionItem.kind == CorrectionKind.MATERIAL,
        CorrectionItem.code == CaseMaterial.material,
        CorrectionItem.asked_at >= CaseMaterial.at,
    )


def _narrowed(session: Session, actor: Actor, wanted: BurdenFilter, rows: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [visible_to(actor)]
    if wanted.firm is not None:
        found.append(rows.c.enterprise_id == wanted.firm)
    if wanted.department:
        found.append(rows.c.department == wanted.department)
    if wanted.kind:
        found.append(rows.c.kind == wanted.kind)
    if wanted.region:
        found.append(within_region(Enterprise.region_code, wanted.region))
    searched = matching(session, wanted.q)
    return found if searched is None else [*found, searched]


def list_departments_of(session: Session, enterprise_id: int, on: date) -> list[DepartmentCount]:
    """How often each department asked the firm in the twelve months up to `on` and in the twelve before; one query."""
    middle = months_before(on, YEAR)
    rows = _rows(months_before(middle, YEAR), on)
    recent = func.sum(case((rows.c.at >= end_of_day(middle), 1), else_=0))
    statement = (
        select(rows.c.department, recent.label("recent"), func.count().label("n"))
        .where(rows.c.enterprise_id == enterprise_id)
        .group_by(rows.c.department)
        .order_by(recent.desc(), rows.c.department)
    )
    return [DepartmentCount(row.department, row.recent, row.n - row.recent) for row in session.execute(statement)]


def list_tallies_visible_to(session: Session, actor: Actor, wanted: BurdenFilter) -> list[BurdenCount]:
    """How often firms were asked, by department and kind; one query."""
    rows = _rows(wanted.since, wanted.until)
    statement = (
        select(rows.c.department, rows.c.kind, func.count().label("n"))
        .join(Enterprise, Enterprise.id == rows.c.enterprise_id)
        .where(*_narrowed(session, actor, wanted, rows))
        .group_by(rows.c.department, rows.c.kind)
        .order_by(rows.c.department, rows.c.kind)
    )
    return [BurdenCount(row.department, row.kind, row.n) for row in session.execute(statement)]


def _page_firms(viewer: Viewer, wanted: BurdenFilter, _sort: str, cursor: str | None, limit: int) -> Page[FirmCount]:
    """The most burdened first; two queries for any number."""
    session, actor = viewer.session, viewer.actor
    totals = _totals(session, actor, wanted)
    keyset = Keyset([(totals.c.n, "desc"), (Enterprise.id, "asc")])
    statement = select(Enterprise, totals.c.n).join(totals, totals.c.enterprise_id == Enterprise.id)
    found = page(session, statement, keyset, cursor, limit, values_of=lambda row: [row[1], row[0].id])
    parts = _parts(session, actor, wanted, [row[0].id for row in found.items])
    firms = [FirmCount(row[0], row[1], tuple(parts.get(row[0].id, ()))) for row in found.items]
    return Page(firms, found.next, found.previous)


def _count_firms(viewer: Viewer, wanted: BurdenFilter) -> Count:
    return count_up_to(viewer.session, select(_totals(viewer.session, viewer.actor, wanted).c.enterprise_id))


def _totals(session: Session, actor: Actor, wanted: BurdenFilter) -> Any:
    rows = _rows(wanted.since, wanted.until)
    return (
        select(rows.c.enterprise_id, func.count().label("n"))
        .join(Enterprise, Enterprise.id == rows.c.enterprise_id)
        .where(*_narrowed(session, actor, wanted, rows))
        .group_by(rows.c.enterprise_id)
        .subquery("totals")
    )


def _parts(session: Session, actor: Actor, wanted: BurdenFilter, ids: Collection[int]) -> dict[int, list[BurdenCount]]:
    rows = _rows(wanted.since, wanted.until)
    statement = (
        select(rows.c.enterprise_id, rows.c.department, rows.c.kind, func.count().label("n"))
        .join(Enterprise, Enterprise.id == rows.c.enterprise_id)
        .where(*_narrowed(session, actor, wanted, rows), rows.c.enterprise_id.in_(ids))
        .group_by(rows.c.enterprise_id, rows.c.department, rows.c.kind)
        .order_by(rows.c.department, rows.c.kind)
    )
    found: dict[int, list[BurdenCount]] = {}
    for row in session.execute(statement):
        found.setdefault(row.enterprise_id, []).append(BurdenCount(row.department, row.kind, row.n))
    return found


def _page_rows(viewer: Viewer, wanted: BurdenFilter, _sort: str, cursor: str | None, limit: int) -> Page[BurdenRow]:
    """The newest first."""
    rows = _rows(wanted.since, wanted.until)
    statement = _listed(viewer.session, viewer.actor, wanted, rows)
    keyset = Keyset([(rows.c.at, "desc"), (rows.c.source, "asc"), (rows.c.key, "asc")])
    found = page(viewer.session, statement, keyset, cursor, limit, values_of=lambda row: [row.at, row.source, row.key])
    return Page([_row(row) for row in found.items], found.next, found.previous)


def _count_rows(viewer: Viewer, wanted: BurdenFilter) -> Count:
    rows = _rows(wanted.since, wanted.until)
    return count_up_to(viewer.session, _listed(viewer.session, viewer.actor, wanted, rows))


def _listed(session: Session, actor: Actor, wanted: BurdenFilter, rows: Any) -> Any:
    statement: Any = select(Enterprise, *rows.c).join(rows, rows.c.enterprise_id == Enterprise.id)
    return statement.where(*_narrowed(session, actor, wanted, rows))


def _row(row: Any) -> BurdenRow:
    return BurdenRow(row.source, row.key, row[0], row.department, row.kind, row.at, row.title, row.case_number)


#: The firms that were asked for something, and what was asked of them, as lists.
FIRMS_ASKED: FoundSource[FirmCount, BurdenFilter] = FoundSource(
    kind=BurdenFilter, find=_page_firms, number=_count_firms
)
THINGS_ASKED: FoundSource[BurdenRow, BurdenFilter] = FoundSource(kind=BurdenFilter, find=_page_rows, number=_count_rows)
