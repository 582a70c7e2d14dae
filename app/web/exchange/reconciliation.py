"""One reconciliation: its progress, then what does not agree, by kind, field and text, page by page and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat, download_table
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked, list_query
from app.exchange.actions import SEE
from app.exchange.comparison.domain import KIND_LABELS, ComparisonState, LineKind
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.domain import ResourceDefinition
from app.exchange.partners.models import Partner
from app.exchange.plans import plans_of
from app.exchange.reconciliation.queries import (
    ReconciliationLineFilter,
    count_queueable,
    get_visible_to,
    is_queueing,
    page_lines,
)
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.errors import Conflict
from app.kit.i18n import _, ngettext
from app.kit.paging import Count, Page
from app.web.exchange.differences import ReconciliationDifferenceLine, difference_lines, difference_rows, title_of
from app.web.exchange.lines import Choices, may_hand_over
from app.web.exchange.reconciliations import ADDRESS, ReconciliationRunLine, run_line, state_of
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix=ADDRESS)


QUERY = list_query(ADDRESS, ("kind", "field", "q"))


def _wanted(query: ListQuery, titles: Mapping[str, str]) -> ReconciliationLineFilter:
    """As a filter of the slice; anything that is no kind or field narrows nothing."""
    kind = LineKind(query["kind"]) if query["kind"] in set(LineKind) else None
    return ReconciliationLineFilter(kind, query["field"] if query["field"] in titles else "", query["q"].strip())


@dataclass(frozen=True)
class Progress:
    """The work, while it is under way."""

    job: Job | None
    running: bool
    text: str
    base: str


@dataclass(frozen=True)
class ReconciliationPage:
    """The run and what does not agree."""

    tabs: tuple[ExchangeTab, ...]
    base: str
    line: ReconciliationRunLine
    finished: bool
    agrees: bool
    work: Progress
    error: str
    figures: tuple[tuple[str, int, str], ...]
    kinds: tuple[ExchangeTab, ...]
    query: ListQuery
    fields: Choices
    chips: tuple[tuple[str, str], ...]
    lines: tuple[ReconciliationDifferenceLine, ...]
    page: Page[ReconciliationLine] | None
    count: Count
    url: str
    export: str
    not_compared: tuple[str, ...]
    others: tuple[str, ...]
    queueable: Count
    queueing: bool
    may_hand_over: bool


@router.get("/{reconciliation_id:int}", action=SEE)
def run_page(call: Call, reconciliation_id: int, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    """How far the run is, or what it found."""
    row, partner = get_visible_to(call.session, call.actor, reconciliation_id)
    return call.render("web/exchange/reconciliation.html", _page(call.session, call.actor, row, partner, query))


@router.get("/{reconciliation_id:int}/progress", action=SEE)
def progress(call: Call, reconciliation_id: int) -> Response:
    """The bar alone, asked for every second."""
    row, _partner = get_visible_to(call.session, call.actor, reconciliation_id)
    return call.bar("web/exchange/_reconciliation_progress.html", _progress(call.session, row))


@router.get("/{reconciliation_id:int}/lines.{extension}", action=SEE)
def download(
    call: Call, reconciliation_id: int, extension: TableFormat, query: Annotated[ListQuery, asked(QUERY)]
) -> Response:
    """What the filter shows, one row for each field that differs."""
    row, partner = get_visible_to(call.session, call.actor, reconciliation_id)
    definition = _definition(partner, row)
    rows = difference_rows(call.session, row.id, _wanted(query, _titles(definition)), definition)
    header = [_("类别"), str(definition.field(definition.key).title), _("名称"), _("字段"), _("我方"), _("对方")]
    name = _("对账差异") + f"-{partner.name}-{row.id}"
    return download_table(call.request, name, extension, rows, header)


# -- the page ------------------------------------------------------------------------------------------------------------


def _page(
    session: Session, actor: Actor, row: Reconciliation, partner: Partner, query: ListQuery
) -> ReconciliationPage:
    definition, job = _definition(partner, row), _job(session, row)
    titles, result = _titles(definition), dict(job.result) if job else {}
    base, finished = f"{ADDRESS}/{row.id}", row.state == ComparisonState.FINISHED
    found, count = None, Count(0)
    if finished:
        found, count = page_lines(session, row.id, _wanted(query, titles), cursor=query.cursor or None)
    numbers = {kind: getattr(row, kind) for kind in LineKind}
    return ReconciliationPage(
        tabs=exchange_tabs("reconciling"),
        base=base,
        line=run_line(row, partner, job),
        finished=finished,
        agrees=finished and not any(numbers.values()),
        work=_progress(session, row),
        error=_error(row, job),
        figures=tuple((_(KIND_LABELS[kind]), n, f"{base}?kind={kind}") for kind, n in numbers.items()),
        kinds=_kind_tabs(base, numbers, query),
        query=query,
        fields=tuple(
            (name, f"{titles.get(name, name)}（{n:,}）")
            for name, n in sorted(result.get("fields", {}).items(), key=lambda item: -item[1])
        ),
        chips=_chips(query, titles, base),
        lines=difference_lines(session, row.resource, found.items, definition) if found else (),
        page=found,
        count=count,
        url=query.address(base),
        export=query.address(f"{base}/lines.xlsx"),
        not_compared=tuple(titles.get(name, name) for name in result.get("not_compared", ())),
        others=tuple(result.get("others", ())),
        queueable=count_queueable(session, row.id) if finished else Count(0),
        queueing=is_queueing(session, row.id),
        may_hand_over=may_hand_over(actor, partner),
    )


def _definition(partner: Partner, row: Reconciliation) -> ResourceDefinition:
    plan = plans_of(partner.definition, partner.definition_version).get(row.resource)
    if plan is None:
        raise Conflict("reconciliation.definition", _("对方的记录定义已更换，这次对账的结果不能再显示。"))
    return plan.definition


def _titles(definition: ResourceDefinition) -> dict[str, str]:
    return {field.name: title_of(field) for field in definition.fields}


def _job(session: Session, row: Reconciliation) -> Job | None:
    return session.get(Job, row.job_id) if row.job_id is not None else None


def _error(row: Reconciliation, job: Job | None) -> str:
    """Why a run failed, also when it was given up from outside."""
    if state_of(row, job) is not ComparisonState.FAILED:
        return ""
    return row.error or (_(job.error) if job else "") or _("没有做完。")


def _progress(session: Session, row: Reconciliation) -> Progress:
    job = _job(session, row)
    if job is None or not job.done:
        text = _("等待开始…")
    elif job.total:
        text = _("已比对 %(done)s / %(total)s 条") % {"done": f"{job.done:,}", "total": f"{job.total:,}"}
    else:
        text = ngettext("已读取对方 %(n)s 条", "已读取对方 %(n)s 条", job.done) % {"n": f"{job.done:,}"}
    return Progress(job, state_of(row, job) is ComparisonState.RUNNING, text, f"{ADDRESS}/{row.id}")


def _kind_tabs(base: str, numbers: Mapping[LineKind, int], query: ListQuery) -> tuple[ExchangeTab, ...]:
    everything = ExchangeTab(_("全部"), base, query["kind"] not in set(LineKind), f"{sum(numbers.values()):,}")
    tabs = (
        ExchangeTab(_(KIND_LABELS[kind]), f"{base}?kind={kind}", query["kind"] == kind, f"{n:,}")
        for kind, n in numbers.items()
    )
    return everything, *tabs


def _chips(query: ListQuery, titles: Mapping[str, str], base: str) -> tuple[tuple[str, str], ...]:
    chips = []
    if query["field"] in titles:
        chips.append((_("字段：%(title)s") % {"title": titles[query["field"]]}, query.address(base, field="")))
    if query["q"].strip():
        chips.append((_("文字：%(text)s") % {"text": query["q"].strip()}, query.address(base, q="")))
    return tuple(chips)
