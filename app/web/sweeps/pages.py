"""What the pages of sweeps show: the list, the progress, the result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.cases.actions import OPEN
from app.cases.service.opening_many import JOB_KIND as OPEN_CASES
from app.doors.forms.bound import Bound
from app.doors.lists.query import ListQuery
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.queries import get_job, list_about, list_jobs, ordered_within
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.paging import Count, Page
from app.kit.permissions import Place, can
from app.policies.models import Sweep
from app.policies.sweeps.actions import RUN
from app.policies.sweeps.domain import SweepStatus, SweptPolicy, swept_policy
from app.policies.sweeps.queries import SORTS, count_lines, counts_for, firms_for, page_lines
from app.programmes.queries import load_catalogue
from app.reference.queries import list_region_names
from app.web.shared.enterprise_words import Choices, region_choices
from app.web.sweeps.lines import QUERY, STANDINGS, LineView, line_views, opening, wanted_lines

PAGE_SIZE = 50
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

    rows: tuple[SweepRow, ...]
    page: Page[Sweep]
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
    query: ListQuery
    lines: tuple[LineView, ...]
    page: Page[Any]
    count: Count
    url: str
    sorts: Mapping[str, str]
    xlsx_url: str
    csv_url: str
    chips: tuple[tuple[str, str], ...]
    titles: Choices
    standings: Choices
    facts: Choices
    regions: Choices
    region_text: str
    kept: tuple[tuple[str, str], ...]
    all_url: str
    orders: tuple[OrderLine, ...]
    may_open: bool
    pruned: bool


def list_page(session: Session, actor: Actor, found: Page[Sweep], form: Bound[Any]) -> SweepsPage:
    """The list of sweeps."""
    places = list_region_names(session, {sweep.region_prefix for sweep in found.items})
    jobs = list_jobs(session, {sweep.job_id or 0 for sweep in found.items if sweep.finished_at is None})
    region = str(form.raw.get("region") or "")
    return SweepsPage(
        rows=tuple(_row(session, actor, sweep, places, jobs) for sweep in found.items),
        page=found,
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


def result_page(session: Session, actor: Actor, sweep: Sweep, query: ListQuery, on: date) -> SweepResultPage:
    """Every policy's counts and the filtered lines of one."""
    policy, base = chosen_policy(sweep, query), f"/policies/sweeps/{sweep.id}"
    query = query.changed(policy=policy.code)
    wanted, counts = wanted_lines(query, policy.code), counts_for(session, actor, sweep)
    found = page_lines(session, actor, sweep, wanted, sort=query["sort"], cursor=query.cursor or None, limit=PAGE_SIZE)
    regions = region_choices(session, actor)
    region_text = list_region_names(session, [query["region"]]).get(query["region"], "")
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
        difference_url=opening(QUERY.saying(policy=policy.code, standing=SweepStatus.CHANGED), base),
        query=query,
        lines=tuple(line_views(session, policy, sweep.on_day, found.items)),
        page=found,
        count=count_lines(session, actor, sweep, wanted),
        url=query.address(base),
        sorts={name: opening(query, base, sort=name) for name in SORTS},
        xlsx_url=query.address(f"{base}/export.xlsx"),
        csv_url=query.address(f"{base}/export.csv"),
        chips=tuple(_chips(query, policy, region_text, base)),
        titles=tuple((code, str(swept_policy(code, kept).title)) for code, kept in sorted(sweep.versions.items())),
        standings=tuple((standing.value, _(label)) for standing, label in STANDINGS.items()),
        facts=tuple((code, str(label)) for code, label in policy.facts.items()),
        regions=regions,
        region_text=region_text,
        kept=query.said,
        all_url=f"{query.address(f'{base}/cases')}&which=all",
        orders=tuple(_orders(session, actor, sweep)) if can(actor, OPEN) else (),
        may_open=can(actor, OPEN) and policy.code in catalogue.in_force(on) and not pruned,
        pruned=pruned,
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
            (numbers.get(standing, 0), opening(QUERY.saying(policy=code, standing=standing), base))
            for standing in COUNTED
        )
        yield PolicyRow(
            code=code,
            title=str(policy.title),
            versions=_("、").join(sorted(set(policy.versions.values()))),
            chosen=code == chosen.code,
            url=opening(QUERY.saying(policy=code), base),
            firms=numbers.get("firms", 0),
            cells=cells,
        )


def _tiles(numbers: Mapping[str, int], code: str, base: str) -> Iterator[Tile]:
    only = numbers.get(SweepStatus.ONLY_ONE, 0)
    notes = {SweepStatus.ONE_SHORT: _("其中 %(n)s 家其余均达标") % {"n": only} if only else ""}
    for standing in COUNTED[:5]:
        url = opening(QUERY.saying(policy=code, standing=standing), base)
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


def _chips(query: ListQuery, policy: SweptPolicy, region_text: str, base: str) -> Iterator[tuple[str, str]]:
    """The conditions in words, each with the address that takes it away."""
    texts = {
        "standing": _(STANDINGS[SweepStatus(query["standing"])]) if query["standing"] in set(SweepStatus) else "",
        "missing": _("缺：%(fact)s") % {"fact": policy.facts.get(query["missing"], query["missing"])}
        if query["missing"]
        else "",
        "region": _("区域不详") if query["region"] == "unknown" else region_text or query["region"],
        "q": f"“{query['q']}”" if query["q"].strip() else "",
    }
    for name, text in texts.items():
        if text:
            yield text, opening(query, base, **{name: ""})
