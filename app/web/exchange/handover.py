"""One batch: its manifest, how far it has come, what became of each record, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.timeline import TimelineLine, timeline_lines
from app.exchange.actions import SEE
from app.exchange.handovers.domain import BASIS_LABELS, ITEM_LABELS, BatchBasis, HandoverState, ItemState
from app.exchange.handovers.listed import count_states, get_handover
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.lists import ITEMS
from app.exchange.partners.domain import TRANSPORT_LABELS, Transport
from app.exchange.partners.models import Partner
from app.jobs.models import Job
from app.jobs.queries import list_jobs
from app.journal.queries import TimelineFilter, list_events
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.templates import show_instant
from app.web.exchange.lines import (
    Badge,
    ItemLine,
    handover_badge,
    item_lines,
    may_hand_over,
    record_url,
    resource_title,
)
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/handovers")

#: The way of a batch: state, name, and the column that says when.
_WAY = (
    (HandoverState.PREPARED, N_("已生成"), "made_at"),
    (HandoverState.SENT, N_("已送出"), "sent_at"),
    (HandoverState.ACKNOWLEDGED, N_("已回执"), "acknowledged_at"),
    (HandoverState.RECONCILED, N_("已对账"), "reconciled_at"),
)
_ORDER = (HandoverState.PREPARING, *(state for state, _label, _at in _WAY))
EVENTS = 30


@dataclass(frozen=True)
class ItemStateTab:
    """The records in one state."""

    label: str
    url: str
    active: bool
    count: str


@dataclass(frozen=True)
class Station:
    """One station on the way of the batch."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class Doing:
    """What can be done with the batch now; numbers say with how many records."""

    release: bool = False
    cancel: bool = False
    withdraw: int = 0
    parked: int = 0
    rejected: int = 0
    sheets: bool = False


@dataclass(frozen=True)
class Work:
    """The job that makes the batch, while it runs or when it failed."""

    done: int
    total: int
    text: str
    running: bool
    error: str
    url: str


@dataclass(frozen=True)
class KeptBack:
    """A record that the pre-flight kept back when the batch was made, and why."""

    key: str
    label: str
    url: str
    why: str


@dataclass(frozen=True)
class HandoverPage:
    """The batch; `total` is how many of its records the reader sees."""

    tabs: tuple[ExchangeTab, ...]
    base: str
    row: Handover
    total: int
    partner: Partner
    by_files: bool
    transport: str
    resource: str
    basis: str
    state: Badge
    stations: tuple[Station, ...]
    doing: Doing
    work: Work | None
    kept_back: tuple[KeptBack, ...]
    states: tuple[ItemStateTab, ...]
    list: Listed[HandoverItem, ItemLine]
    events: tuple[TimelineLine, ...]


def _lines(viewer: Viewer, items: Sequence[HandoverItem]) -> Sequence[ItemLine]:
    session = viewer.session  # the page has read both by now
    partners = {number: session.get_one(Partner, number) for number in {one.partner_id for one in items}}
    batches = {number: session.get_one(Handover, number) for number in {one.handover_id for one in items}}
    return item_lines(session, items, partners, batches)


LIST = ListView(
    base="/exchange/handovers",
    source=ITEMS,
    lines=_lines,
    controls=(controls.search("q", N_("编号或企业名称"), wide=True), controls.hidden("state", chip=False)),
)


@router.get("/{number}", action=SEE)
def handover_page(call: Call, number: str, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The batch with its records."""
    row = get_handover(call.session, number)
    return call.render("web/exchange/handover.html", _page(call, row, query))


@router.get("/{number}/progress", action=SEE)
def progress(call: Call, number: str) -> Response:
    """The bar alone, asked for every second."""
    row = get_handover(call.session, number)
    work = _work(_job(call.session, row), row)
    return call.bar("web/exchange/_handover_progress.html", work or Work(0, 0, "", False, "", ""))


def _page(call: Call, row: Handover, query: ListQuery) -> HandoverPage:
    partner = call.session.get_one(Partner, row.partner_id)
    base = f"/exchange/handovers/{row.number}"
    job = _job(call.session, row)
    counts = count_states(call.session, call.actor, [row.id]).get(row.id, {})
    return HandoverPage(
        tabs=exchange_tabs("handovers"),
        base=base,
        row=row,
        total=sum(counts.values()),
        partner=partner,
        by_files=row.transport == Transport.FILES,
        transport=_(TRANSPORT_LABELS[Transport(row.transport)]),
        resource=resource_title(partner, row.resource, row.definition_version),
        basis=_(BASIS_LABELS[BatchBasis(row.basis)]),
        state=handover_badge(row),
        stations=_stations(row),
        doing=_doing(may_hand_over(call.actor, partner), row, counts),
        work=_work(job, row),
        kept_back=_kept_back(job, row) if may_hand_over(call.actor, partner) else (),
        states=_states(query, base, counts),
        list=LIST.listed(query, call.viewer, base, handover_id=row.id),
        events=timeline_lines(
            call.session,
            list_events(call.session, TimelineFilter(kind="handover", id=row.number), limit=EVENTS),
        ),
    )


def _stations(row: Handover) -> tuple[Station, ...]:
    """The way of the batch; a cancelled one ends where it was."""
    if row.state == HandoverState.CANCELLED:
        made = Station(_("已生成"), "done", show_instant(row.made_at))
        return made, Station(_("已撤销"), "current", show_instant(row.cancelled_at))
    reached = _ORDER.index(HandoverState(row.state))
    return tuple(
        Station(
            _(label),
            "current" if place == reached else "done" if place < reached else "todo",
            show_instant(getattr(row, at)) if place <= reached and getattr(row, at) else "",
        )
        for place, (_state, label, at) in enumerate(_WAY, start=1)
    )


def _doing(may: bool, row: Handover, counts: Mapping[ItemState, int]) -> Doing:
    if not may:
        return Doing()
    unsent = counts.get(ItemState.WAITING, 0) + counts.get(ItemState.PARKED, 0)
    over = row.state in (HandoverState.PREPARING, HandoverState.CANCELLED)
    return Doing(
        release=row.state == HandoverState.PREPARED and row.released_at is None and unsent > 0,
        cancel=row.released_at is None and row.state != HandoverState.CANCELLED,
        withdraw=unsent if row.released_at is not None and not over else 0,
        parked=counts.get(ItemState.PARKED, 0),
        rejected=counts.get(ItemState.REJECTED, 0),
        sheets=row.transport == Transport.FILES and not over,
    )


def _job(session: Session, row: Handover) -> Job | None:
    return list_jobs(session, [row.job_id]).get(row.job_id) if row.job_id is not None else None


def _work(job: Job | None, row: Handover) -> Work | None:
    return _reported(job, row) if job is not None and row.state == HandoverState.PREPARING else None


def _kept_back(job: Job | None, row: Handover) -> tuple[KeptBack, ...]:
    found = (job.result or {}).get("blocked", []) if job is not None else []
    return tuple(KeptBack(key, label or key, record_url(row.resource, key, None), why) for key, label, why in found)


def _reported(job: Job, row: Handover) -> Work:
    return Work(
        done=job.done,
        total=job.total or 0,
        text=f"{job.done:,} / {job.total:,}" if job.total else _("正在排队"),
        running=job.running,
        error=_(job.error) if job.error else "",
        url=f"/exchange/handovers/{row.number}/progress",
    )


def _states(query: ListQuery, base: str, counts: Mapping[ItemState, int]) -> tuple[ItemStateTab, ...]:
    """All records, then those of each state of which there are any, or which is chosen."""
    shown = [state for state in ItemState if counts.get(state) or query["state"] == state]
    every = ItemStateTab(
        _("全部"), query.address(base, state=""), query["state"] not in set(ItemState), f"{sum(counts.values()):,}"
    )
    return (
        every,
        *(
            ItemStateTab(
                _(ITEM_LABELS[state]),
                query.address(base, state=state.value),
                query["state"] == state,
                f"{counts.get(state, 0):,}",
            )
            for state in shown
        ),
    )
