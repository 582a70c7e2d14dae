"""数据交换 → 对账: runs of every partner, a new one, how far it is, stopped, what differs handed over again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.exchange.actions import HAND_OVER, SEE
from app.exchange.comparison.domain import SOURCE_LABELS, STATE_LABELS, ComparisonSource, ComparisonState
from app.exchange.comparison.models import Reconciliation
from app.exchange.lists import RECONCILIATIONS
from app.exchange.partners.models import Partner
from app.exchange.reconciliation.queries import get_visible_to, list_partners_visible_to
from app.exchange.reconciliation.service import TheirFile, queue_differences, start_reconciliation, stop_reconciliation
from app.files.service.storing import keep_file
from app.jobs.models import Job
from app.jobs.queries import list_jobs
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.kit.tabular.reader import MAX_BYTES
from app.web.exchange.answers import uploaded
from app.web.exchange.lines import Badge, Choices, partner_choices, resource_choices, resource_title
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/reconciling")

ADDRESS = "/exchange/reconciling"
_BADGES = {
    ComparisonState.RUNNING: "info",
    ComparisonState.FINISHED: "good",
    ComparisonState.FAILED: "late",
    ComparisonState.CANCELLED: "idle",
}


class ReconciliationForm(BaseModel):
    """A new run: with whom, over which records, from where; a file comes beside it."""

    partner: str = ""
    resource: str = ""
    source: str = ""


@dataclass(frozen=True)
class ReconciliationRunLine:
    """One run."""

    row: Reconciliation
    partner: str
    resource: str
    source: str
    state: Badge


@dataclass(frozen=True)
class RunsPage:
    """The runs, the newest first."""

    tabs: tuple[ExchangeTab, ...]
    list: Listed[Reconciliation, ReconciliationRunLine]
    partners: Choices
    may_start: bool


@dataclass(frozen=True)
class NewReconciliationPage:
    """A new run: with whom, over which records, from where."""

    tabs: tuple[ExchangeTab, ...]
    form: Bound[Any]
    partners: Choices
    resources: Choices
    sources: tuple[tuple[str, str, str], ...]
    limit_mb: int


def run_lines(session: Session, rows: Sequence[Reconciliation]) -> tuple[ReconciliationRunLine, ...]:
    """Runs as lines."""
    jobs = list_jobs(session, {row.job_id for row in rows if row.job_id is not None})
    partners = {row.partner_id: session.get_one(Partner, row.partner_id) for row in rows}
    return tuple(run_line(row, partners[row.partner_id], jobs.get(row.job_id or 0)) for row in rows)


LIST = ListView(
    base=ADDRESS,
    source=RECONCILIATIONS,
    lines=lambda viewer, rows: run_lines(viewer.session, rows),
    controls=(controls.select("partner", N_("对方"), wide=True, chip=False),),
    counted=False,
)


@router.get("", action=SEE)
def list_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """All runs."""
    partners = list_partners_visible_to(call.session, call.actor)
    page = RunsPage(
        tabs=exchange_tabs("reconciling"),
        list=LIST.listed(query, call.viewer, offers={"partner": partner_choices(partners)}),
        partners=partner_choices(partners),
        may_start=can(call.actor, HAND_OVER) and bool(partners),
    )
    return call.render("web/exchange/reconciliations.html", page)


@router.get("/new", action=HAND_OVER)
def new_page(call: Call, partner: str = "", resource: str = "") -> Response:
    """A new run."""
    partners = list_partners_visible_to(call.session, call.actor)
    only = partners[0].code if len(partners) == 1 else ""
    raw = {"partner": partner or only, "resource": resource, "source": ComparisonSource.PULL}
    return call.render("web/exchange/reconciliation_new.html", _new_page(call.session, call.actor, empty(raw)))


@router.post("", action=HAND_OVER)
def start(call: Call) -> Response:
    """Order a run; a file is looked at before it is kept."""

    def work(given: ReconciliationForm) -> Reconciliation:
        partner, file = _partner(call, given.partner), None
        if given.source == ComparisonSource.FILE:
            stored = keep_file(call.session, call.vault, uploaded(call.form), **call.by, as_evidence=False)
            file = TheirFile(stored.sha256, stored.name)
        return start_reconciliation(call.session, **call.by, partner=partner, resource=given.resource, file=file)

    return call.submit(
        ReconciliationForm,
        work,
        done=lambda row: call.redirect(f"{ADDRESS}/{row.id}"),
        again=lambda bound: call.render(
            "web/exchange/reconciliation_new.html", _new_page(call.session, call.actor, bound)
        ),
    )


@router.post("/{reconciliation_id:int}/stop", action=HAND_OVER)
def stop(call: Call, reconciliation_id: int) -> Response:
    """Stop a run; nothing of it is kept."""
    row, _partner_of_row = get_visible_to(call.session, call.actor, reconciliation_id, lock=True)
    stop_reconciliation(call.session, now=call.now, row=row)
    return call.redirect(f"{ADDRESS}/{row.id}", info=_("将尽快停止，这次对账不保留结果。"))


@router.post("/{reconciliation_id:int}/queue", action=HAND_OVER)
def queue(call: Call, reconciliation_id: int) -> Response:
    """One click: what differs becomes a batch."""
    row, partner = get_visible_to(call.session, call.actor, reconciliation_id, lock=True)
    handover = queue_differences(call.session, **call.by, row=row, partner=partner)
    reported = _("有差异的记录正在生成批次 %(number)s，生成后核对并报送。") % {"number": handover.number}
    return call.redirect(f"/exchange/handovers/{handover.number}", good=reported)


def run_line(row: Reconciliation, partner: Partner, job: Job | None) -> ReconciliationRunLine:
    """One run as a line."""
    state = state_of(row, job)
    differs = bool(row.differing or row.only_here or row.only_there or row.unreadable)
    badge = (_BADGES[state], _(STATE_LABELS[state]))
    if state is ComparisonState.FINISHED:
        badge = ("wait", _("有差异")) if differs else ("good", _("双方一致"))
    return ReconciliationRunLine(
        row=row,
        partner=partner.name,
        resource=resource_title(partner, row.resource),
        source=row.file_name or _(SOURCE_LABELS[ComparisonSource(row.source)]),
        state=badge,
    )


def state_of(row: Reconciliation, job: Job | None) -> ComparisonState:
    """How far a run is; one whose work was given up from outside has failed."""
    state = ComparisonState(row.state)
    abandoned = state is ComparisonState.RUNNING and (job is None or not job.running)
    return ComparisonState.FAILED if abandoned else state


def _partner(call: Call, wanted: str) -> Partner:
    found = next((each for each in list_partners_visible_to(call.session, call.actor) if each.code == wanted), None)
    if found is None:
        message = _("请选择交换对方。")
        raise Invalid("reconciliation.partner", message, {"partner": message})
    return found


def _new_page(session: Session, actor: Actor, form: Bound[Any]) -> NewReconciliationPage:
    partners = list_partners_visible_to(session, actor)
    return NewReconciliationPage(
        tabs=exchange_tabs("reconciling"),
        form=form,
        partners=partner_choices(partners),
        resources=resource_choices(partners),
        sources=(
            (ComparisonSource.PULL, _("读取对方接口"), _("对方须已约定接口地址和密钥")),
            (ComparisonSource.FILE, _("上传对方清单"), _("XLSX、CSV，或每行一条 JSON；表头写字段名或中文名称")),
        ),
        limit_mb=MAX_BYTES // 1024 // 1024,
    )
