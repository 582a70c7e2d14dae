"""What the pages of sweeps show: the list, the progress, the result."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases.actions import OPEN
from app.cases.service.opening_many import JOB_KIND as OPEN_CASES
from app.doors.forms.bound import Bound
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.queries import get_job, list_about, list_jobs, ordered_within
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import Place, can
from app.policies.models import Sweep
from app.policies.sweeps.actions import RUN
from app.policies.sweeps.domain import SweepStatus, SweptPolicy, swept_policy
from app.policies.sweeps.lists import LINES, SWEEPS, LineRow, of_sweep
from app.policies.sweeps.queries import count_departed, counts_for, firms_for, sees_all
from app.programmes.queries import load_catalogue
from app.reference.queries import list_region_names
from app.web.shared.enterprise_words import Choices, region_choices
from app.web.shared.gone_firms import GoneFirms, gone_firms
from app.web.sweeps.lines import LIST, STANDINGS, LineView, list_of, opening

_STATES = {
    JobState.QUEUED: ("wait", N_("排队")),
    JobState.RUNNING: ("info", N_("进行中")),
    JobState.DONE: ("good", N_("已完成")),
    JobState.FAILED: ("late", N_("失败")),
    JobState.CANCELLED: ("idle", N_("已停止")),
}
#: What a policy's row in the summary counts, in its order.
COUNTED = (
    SweepStatus.PASSES,
    SweepStatus.DEPENDS,
    SweepStatus.ONE_SHORT,
    SweepStatus.FAILS,
    SweepStatus.LAPSES,
    SweepStatus.GAINED,
    SweepStatus.LOST,
)


@dataclass(frozen=True)
class SweepRow:
    """One sweep in the list."""

    sweep: Sweep
    place: str
    state: tuple[str, str]
    firms: int
    gained: int
    lost: int
    pruned: bool


@dataclass(frozen=True)
class SweepsPage:
    """All sweeps, and the form that starts one."""

    list: Listed[Sweep, SweepRow]
    form: Bound[Any]
    regions: Choices
    region_text: str
    everywhere: bool
    may_start: bool


@dataclass(frozen=True)
class SweepProgressPage:
    """A sweep under way, or stopped on its way."""

    sweep: Sweep
    place: str
    job: Job
    running: bool
    text: str
    may_steer: bool


@dataclass(frozen=True)
class PolicyRow:
    """A policy's counts, each with the address of the lines behind it."""

    code: str
    title: str
    versions: str
    chosen: bool
    url: str
    firms: int
    cells: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Tile:
    """One count of the chosen policy."""

    label: str
    number: int
    note: str
    url: str


@dataclass(frozen=True)
class OrderLine:
    """Cases opened in bulk from this sweep: when, by whom, how many of how many firms are handled."""

    job: Job
    url: str
    done: int
    total: int


@dataclass(frozen=True)
class SweepResultPage:
    """What a finished sweep found: every policy's counts, and the lines of one."""

    sweep: Sweep
    place: str
    firms: int
    base: str
    policy: SweptPolicy
    policies: tuple[PolicyRow, ...]
    heads: tuple[str, ...]
    tiles: tuple[Tile, ...]
    difference: str
    difference_url: str
    list: Listed[LineRow, LineView]
    sorts: Mapping[str, str]
    kept: tuple[tuple[str, str], ...]
    all_url: str
    orders: tuple[OrderLine, ...]
    gone: GoneFirms
    departed: int
    may_open: bool
    pruned: bool


def _rows(viewer: Viewer, sweeps: Sequence[Sweep]) -> Sequence[SweepRow]:
    places = list_region_names(viewer.session, {sweep.region_prefix for sweep in sweeps})
    jobs = list_jobs(viewer.session, {sweep.job_id or 0 for sweep in sweeps if sweep.finished_at is None})
    return [_row(viewer.session, viewer.actor, sweep, places, jobs) for sweep in sweeps]


SWEEP_LIST = ListView(base="/policies/sweeps", source=SWEEPS, lines=_rows, size=30, counted=False)


def list_page(viewer: Viewer, query: ListQuery, form: Bound[Any]) -> SweepsPage:
    """The list of sweeps."""
    session, actor, region = viewer.session, viewer.actor, str(form.raw.get("region") or "")
    return SweepsPage(
        list=SWEEP_LIST.listed(query, viewer),
        form=form,
        regions=region_choices(session, actor),
        region_text=list_region_names(session, [region]).get(region, ""),
        everywhere=not actor.region_prefix,
        may_start=can(actor, RUN),
    )


def _row(session: Session, actor: Actor, sweep: Sweep, places: Mapping[str, str], jobs: Mapping[int, Job]) -> SweepRow:
    badge, label = _STATES[JobState(jobs[sweep.job_id or 0].state) if sweep.finished_at is None else JobState.DONE]
    counts = counts_for(session, actor, sweep)
    return SweepRow(
        sweep=sweep,
        place=places.get(sweep.region_prefix, "") or _("全部企业"),
        state=(badge, _(label)),
        firms=firms_for(actor, sweep, counts),
        gained=sum(numbers["gained"] for numbers in counts.values()),
        lost=sum(numbers["lost"] for numbers in counts.values()),
        pruned=bool(sweep.counts.get("pruned")),
    )


def progress_page(session: Session, actor: Actor, sweep: Sweep) -> SweepProgressPage:
    """How far a sweep is."""
    job = get_job(session, sweep.job_id or 0)
    running = sweep.finished_at is None and job.running
    if job.state == JobState.QUEUED:
        text = _("等待开始…")
    else:
        text = _("已判定 %(done)s / %(total)s 家") % {"done": f"{job.done:,}", "total": f"{job.total:,}"}
    steer = can(actor, RUN, Place(sweep.region_prefix))
    return SweepProgressPage(sweep, _place(session, sweep), job, running, text, steer)


def _place(session: Session, sweep: Sweep) -> str:
    return list_region_names(session, [sweep.region_prefix]).get(sweep.region_prefix, "") or _("全部企业")


# -- the result -----------------------------------------------------------------------------------------------------------


def chosen_policy(sweep: Sweep, query: ListQuery) -> SweptPolicy:
    """The policy of the address, else the first one of the sweep."""
    code = query["policy"] if query["policy"] in sweep.versions else min(sweep.versions)
    return swept_policy(code, sweep.versions[code])


def result_page(viewer: Viewer, sweep: Sweep, query: ListQuery) -> SweepResultPage:
    """Every policy's counts and the filtered lines of one."""
    session, actor = viewer.session, viewer.actor
    policy, base = chosen_policy(sweep, query), f"/policies/sweeps/{sweep.id}"
    query, counts = query.changed(policy=policy.code), counts_for(session, actor, sweep)
    catalogue = load_catalogue(session)
    pruned = bool(sweep.counts.get("pruned"))
    return SweepResultPage(
        sweep=sweep,
        place=_place(session, sweep),
        firms=firms_for(actor, sweep, counts),
        base=base,
        policy=policy,
        policies=tuple(_policy_rows(sweep, policy, counts, base)),
        heads=tuple(_(STANDINGS[standing]) for standing in COUNTED),
        tiles=tuple(_tiles(counts.get(policy.code, {}), policy.code, base)),
        difference=_difference(session, sweep, counts.get(policy.code, {})),
        difference_url=opening(LIST.query(policy=policy.code, standing=SweepStatus.CHANGED), base),
        list=list_of(sweep, policy).listed(query, viewer, base, **of_sweep(actor, sweep)),
        sorts={name: opening(query, base, sort=name) for name in LINES.orders},
        kept=query.said,
        all_url=f"{query.address(f'{base}/cases')}&which=all",
        orders=tuple(_orders(session, actor, sweep)) if can(actor, OPEN) else (),
        may_open=can(actor, OPEN) and policy.code in catalogue.in_force(viewer.on) and not pruned,
        pruned=pruned,
        gone=gone_firms(session, actor, sweep.region_prefix),
        departed=0 if pruned or not sees_all(actor, sweep) else count_departed(session, sweep, policy.code),
    )


def _orders(session: Session, actor: Actor, sweep: Sweep) -> Iterator[OrderLine]:
    """What was ordered from this sweep by officers of the reader's region."""
    for job in list_about(session, OPEN_CASES, "sweep", sweep.id):
        if ordered_within(job, actor.region_prefix):
            url = f"/policies/sweeps/{sweep.id}/cases/{job.id}"
            yield OrderLine(job, url, job.done, len(job.params["order"]["enterprise_ids"]))


def _policy_rows(
    sweep: Sweep, chosen: SweptPolicy, counts: Mapping[str, Mapping[str, int]], base: str
) -> Iterator[PolicyRow]:
    for code, kept in sorted(sweep.versions.items()):
        policy, numbers = swept_policy(code, kept), counts.get(code, {})
        cells = tuple(
            (numbers.get(standing, 0), opening(LIST.query(policy=code, standing=standing), base))
            for standing in COUNTED
        )
        yield PolicyRow(
            code=code,
            title=str(policy.title),
            versions=_("、").join(sorted(set(policy.versions.values()))),
            chosen=code == chosen.code,
            url=opening(LIST.query(policy=code), base),
            firms=numbers.get("firms", 0),
            cells=cells,
        )


def _tiles(numbers: Mapping[str, int], code: str, base: str) -> Iterator[Tile]:
    only = numbers.get(SweepStatus.ONLY_ONE, 0)
    notes = {SweepStatus.ONE_SHORT: _("其中 %(n)s 家其余均达标") % {"n": only} if only else ""}
    for standing in COUNTED[:5]:
        url = opening(LIST.query(policy=code, standing=standing), base)
        yield Tile(_(STANDINGS[standing]), numbers.get(standing, 0), notes.get(standing, ""), url)


def _difference(session: Session, sweep: Sweep, numbers: Mapping[str, int]) -> str:
    """`与上一次（2021-03-31）相比：新达标 3 家，不再达标 1 家，共 9 家结果不同`."""
    before = session.get(Sweep, sweep.previous_id) if sweep.previous_id is not None else None
    if before is None:
        return _("这是该区域的第一次摸底，没有可以比较的上一次。")
    reported: dict[str, Any] = {name: numbers.get(name, 0) for name in ("gained", "lost", "changed", "new")}
    reported["day"] = before.on_day
    text = (
        _("与上一次（%(day)s）相比：新达标 %(gained)s 家，不再达标 %(lost)s 家，共 %(changed)s 家结果不同") % reported
    )
    return text + (_("；新入库 %(new)s 家") % reported if reported["new"] else "")
