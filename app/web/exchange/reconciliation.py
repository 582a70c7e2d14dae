"""One reconciliation: its progress, then what does not agree, by kind, field and text, page by page and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.exchange.actions import SEE
from app.exchange.comparison.domain import KIND_LABELS, ComparisonState, LineKind
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.domain import ResourceDefinition
from app.exchange.lists import RECONCILIATION_LINES, ReconciliationLineFilter
from app.exchange.partners.models import Partner
from app.exchange.plans import plans_of
from app.exchange.reconciliation.queries import count_queueable, get_visible_to, is_queueing
from app.jobs.models import Job
from app.kit.errors import Conflict
from app.kit.i18n import N_, _, ngettext
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.web.exchange.differences import (
    DifferenceRow,
    ReconciliationDifferenceLine,
    difference_lines,
    difference_rows,
    title_of,
)
from app.web.exchange.lines import may_hand_over
from app.web.exchange.reconciliations import ADDRESS, ReconciliationRunLine, run_line, state_of
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix=ADDRESS)


LIST: ListView[ReconciliationLine, ReconciliationLineFilter, Any] = ListView(
    base=ADDRESS, source=RECONCILIATION_LINES, lines=lambda _viewer, _rows: ()
)


@dataclass(frozen=True)
class _Run:
    """A run as its lists need it, whatever becomes of the session that read it."""

    id: int
    resource: str
    definition: ResourceDefinition

    @property
    def titles(self) -> dict[str, str]:
        """The fields of its records in words."""
        return {field.name: title_of(field) for field in self.definition.fields}

    def asked(self, query: ListQuery) -> ListQuery:
        """The address without what is none of its fields."""
        return query if query["field"] in self.titles else query.changed(field="")

    def page(self) -> ListView[ReconciliationLine, ReconciliationLineFilter, ReconciliationDifferenceLine]:
        """What does not agree, as the page shows it."""
        titles = self.titles
        return replace(
            LIST,
            lines=lambda viewer, rows: difference_lines(viewer.session, self.resource, rows, self.definition),
            controls=(
                controls.hidden("kind", chip=False),
                controls.search("q", N_("编号或名称"), wide=True, words=_named),
                controls.select(
                    "field",
                    N_("不同的字段"),
                    wide=True,
                    words=lambda name, _viewer, _query: _("字段：%(title)s") % {"title": titles[name]},
                ),
            ),
        )

    def table(self, name: str) -> ListView[ReconciliationLine, ReconciliationLineFilter, DifferenceRow]:
        """The same as a file: a row for each field that differs."""
        heads = (
            N_("类别"),
            str(self.definition.field(self.definition.key).title),
            N_("名称"),
            N_("字段"),
            N_("我方"),
            N_("对方"),
        )
        return replace(
            LIST,
            lines=lambda _viewer, rows: [cells for row in rows for cells in difference_rows(row, self.definition)],
            columns=tuple(TableColumn[DifferenceRow](head, itemgetter(place)) for place, head in enumerate(heads)),
            file=lambda _viewer: name,
        )


def _named(text: str, _viewer: Viewer, _query: ListQuery) -> str:
    return _("文字：%(text)s") % {"text": text.strip()}


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
    list: Listed[ReconciliationLine, ReconciliationDifferenceLine] | None
    export: str
    not_compared: tuple[str, ...]
    others: tuple[str, ...]
    queueable: Count
    queueing: bool
    may_hand_over: bool


@router.get("/{reconciliation_id:int}", action=SEE)
def run_page(call: Call, reconciliation_id: int, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """How far the run is, or what it found."""
    row, partner = get_visible_to(call.session, call.actor, reconciliation_id)
    return call.render("web/exchange/reconciliation.html", _page(call.viewer, row, partner, query))


@router.get("/{reconciliation_id:int}/progress", action=SEE)
def progress(call: Call, reconciliation_id: int) -> Response:
    """The bar alone, asked for every second."""
    row, _partner = get_visible_to(call.session, call.actor, reconciliation_id)
    return call.bar("web/exchange/_reconciliation_progress.html", _progress(call.session, row))


@router.get("/{reconciliation_id:int}/lines.{extension}", action=SEE)
def download(
    call: Call, reconciliation_id: int, extension: TableFormat, query: Annotated[ListQuery, LIST.asked]
) -> Response:
    """What the filter shows, one row for each field that differs."""
    row, partner = get_visible_to(call.session, call.actor, reconciliation_id)
    run = _run(partner, row)
    view = run.table(_("对账差异") + f"-{partner.name}-{row.id}")
    return export_list(call, view, run.asked(query), extension, run=run.id)


# -- the page ------------------------------------------------------------------------------------------------------------


def _page(viewer: Viewer, row: Reconciliation, partner: Partner, query: ListQuery) -> ReconciliationPage:
    session, run, job = viewer.session, _run(partner, row), _job(viewer.session, row)
    titles, result = run.titles, dict(job.result) if job else {}
    base, finished = f"{ADDRESS}/{row.id}", row.state == ComparisonState.FINISHED
    fields = tuple(
        (name, f"{titles.get(name, name)}（{n:,}）")
        for name, n in sorted(result.get("fields", {}).items(), key=lambda item: -item[1])
    )
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
        list=run.page().listed(run.asked(query), viewer, base, {"field": fields}, run=row.id) if finished else None,
        export=query.address(f"{base}/lines.xlsx"),
        not_compared=tuple(titles.get(name, name) for name in result.get("not_compared", ())),
        others=tuple(result.get("others", ())),
        queueable=count_queueable(session, row.id) if finished else Count(0),
        queueing=is_queueing(session, row.id),
        may_hand_over=may_hand_over(viewer.actor, partner),
    )


def _run(partner: Partner, row: Reconciliation) -> _Run:
    plan = plans_of(partner.definition, partner.definition_version).get(row.resource)
    if plan is None:
        raise Conflict("reconciliation.definition", _("对方的记录定义已更换，这次对账的结果不能再显示。"))
    return _Run(row.id, row.resource, plan.definition)


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
