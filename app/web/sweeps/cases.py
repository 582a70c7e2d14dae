"""Opening cases for firms of a sweep: who can and who cannot beforehand, the order, what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.queries import list_active_officers
from app.cases import actions
from app.cases.schemas import MOST_AT_ONCE, OpenCases
from app.cases.service.opening_many import JOB_KIND, OpeningCheck, check_openings, order_cases
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.lists.query import ListQuery, asked, list_query
from app.enterprises.models import Enterprise
from app.jobs.items import ItemResult, results_of
from app.jobs.models import Job
from app.jobs.queries import get_ordered_visible_to
from app.kit.actor import Actor
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.lists.filters import addressed
from app.kit.permissions import EDITORS
from app.policies.models import Sweep
from app.policies.sweeps.domain import SweptPolicy
from app.policies.sweeps.lists import SweepLineFilter, list_firms, list_swept_firms, of_sweep
from app.policies.sweeps.queries import get_sweep_visible_to
from app.programmes.queries import get_in_force, list_rounds
from app.programmes.words import round_title
from app.web.shared.enterprise_words import Choices
from app.web.sweeps.lines import LIST
from app.web.sweeps.pages import chosen_policy

router = GuardedRouter(door="web", prefix="/policies/sweeps")

TICKED = "ticked"


FILTERS = (*addressed(SweepLineFilter), "sort")
#: The filter of the list, which of its firms (`which`: ticked or all), and what was chosen for the cases.
ORDER = list_query(
    "",
    (*FILTERS, "which", "year", "round", "officer_id"),
    usual={"sort": "nearest", "which": TICKED},
    several=("firm",),
)


class CasesForm(BaseModel):
    """The order: exactly the firms that were shown."""

    policy: str = Field(min_length=1, max_length=48)
    year: Annotated[int, Field(ge=2000, le=2100)]
    round: str = Field(default="", max_length=24)
    officer_id: int | None = None
    firm: list[str] = Field(default=[], max_length=MOST_AT_ONCE)


@dataclass(frozen=True)
class OpeningPreviewPage:
    """Who can get a case and who cannot, before anything is done."""

    sweep: Sweep
    base: str
    back: str
    policy: SweptPolicy
    form: Bound[CasesForm]
    ready: tuple[OpeningCheck, ...]
    refused: tuple[OpeningCheck, ...]
    kept: tuple[tuple[str, str], ...]
    years: Choices
    rounds: Choices
    officers: Choices


@dataclass(frozen=True)
class OpenedCaseLine:
    """What became of one firm."""

    name: str
    uscc: str
    number: str
    refusal: str


@dataclass(frozen=True)
class OpenedCasesPage:
    """The order under way or done, firm by firm."""

    sweep: Sweep
    base: str
    job: Job
    running: bool
    text: str
    policy: SweptPolicy
    opened: tuple[OpenedCaseLine, ...]
    refused: tuple[OpenedCaseLine, ...]
    left: int


@router.get("/{sweep_id:int}/cases", action=actions.OPEN)
def preview(call: Call, query: Annotated[ListQuery, asked(ORDER)], sweep_id: int) -> Response:
    """Who can get a case; nothing is written."""
    sweep = get_sweep_visible_to(call.session, call.actor, sweep_id)
    policy = chosen_policy(sweep, query)
    back = LIST.query(**{name: query[name] for name in FILTERS}).address(f"/policies/sweeps/{sweep.id}")
    if query["which"] == TICKED and not query.several("firm"):
        return call.redirect(back, bad=_("请先勾选企业，再立案。"))
    ticked = tuple(query.several("firm")) if query["which"] == TICKED else ()
    given = of_sweep(call.actor, sweep) | {"policy": policy.code} | ({"usccs": ticked} if ticked else {})
    firms = list_firms(call.viewer, LIST.wanted(query, call.viewer, **given), MOST_AT_ONCE + 1)
    if len(firms) > MOST_AT_ONCE:
        text = _("一次最多为 %(n)s 家企业立案，请先用筛选缩小范围。") % {"n": MOST_AT_ONCE}
        return call.redirect(back, bad=text)
    raw = {"policy": policy.code, "year": query["year"] or call.on.year, "round": query["round"]}
    raw["officer_id"] = query["officer_id"] or call.actor.id or ""
    page = _preview_page(call, (sweep, policy), firms, empty(raw), query)
    return call.render("web/sweeps/cases.html", page)


@router.post("/{sweep_id:int}/cases/order", action=actions.OPEN)
def order(call: Call, sweep_id: int) -> Response:
    """Hand the opening to the background work."""
    sweep = get_sweep_visible_to(call.session, call.actor, sweep_id)
    bound = bind(CasesForm, call.form)
    query = ORDER.model_validate({"policy": bound.raw.get("policy") or "", "firm": bound.raw.get("firm") or []})
    policy = chosen_policy(sweep, query)
    wanted = SweepLineFilter(policy.code, usccs=tuple(query.several("firm")) or ("",), **of_sweep(call.actor, sweep))
    firms = list_firms(call.viewer, wanted, MOST_AT_ONCE)
    if not firms and bound.model:
        bound.summary.append(_("没有可以立案的企业。"))
    return call.submit(
        bound,
        lambda given: order_cases(
            call.session, **call.by, command=_command(given, policy, firms), origin={"sweep": sweep.id}
        ),
        done=lambda job: call.redirect(f"/policies/sweeps/{sweep.id}/cases/{job.id}"),
        again=lambda bound: call.render(
            "web/sweeps/cases.html", _preview_page(call, (sweep, policy), firms, bound, query)
        ),
    )


@router.get("/{sweep_id:int}/cases/{job_id:int}", action=actions.OPEN)
def result(call: Call, sweep_id: int, job_id: int) -> Response:
    """What became of each firm."""
    page = _result_page(call.session, call.actor, sweep_id, job_id)
    return call.render("web/sweeps/cases_result.html", page)


@router.get("/{sweep_id:int}/cases/{job_id:int}/progress", action=actions.OPEN)
def progress(call: Call, sweep_id: int, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/sweeps/cases_progress.html", _result_page(call.session, call.actor, sweep_id, job_id))


def _command(given: CasesForm, policy: SweptPolicy, firms: Sequence[Enterprise]) -> OpenCases:
    return OpenCases(
        enterprise_ids=[firm.id for firm in firms],
        programme=policy.code,
        year=given.year,
        round=given.round or None,
        officer_id=given.officer_id,
    )


def _preview_page(
    call: Call, swept: tuple[Sweep, SweptPolicy], firms: Sequence[Enterprise], form: Bound[CasesForm], query: ListQuery
) -> OpeningPreviewPage:
    sweep, policy = swept
    get_in_force(call.session, policy.code, call.on)
    prospects = _prospects(call, policy, firms, form)
    year = call.on.year
    return OpeningPreviewPage(
        sweep=sweep,
        base=f"/policies/sweeps/{sweep.id}",
        back=f"/policies/sweeps/{sweep.id}?{urlencode({'policy': policy.code})}",
        policy=policy,
        form=form,
        ready=tuple(one for one in prospects if not one.refusal),
        refused=tuple(one for one in prospects if one.refusal),
        kept=_kept(query),
        years=tuple((str(one), str(one)) for one in (year + 1, year, year - 1)),
        rounds=tuple(
            (row.code, round_title(row)) for row in list_rounds(call.session, policy.code) if row.year >= year - 1
        ),
        officers=tuple((str(one.id), one.name) for one in list_active_officers(call.session, EDITORS)),
    )


def _prospects(
    call: Call, policy: SweptPolicy, firms: Sequence[Enterprise], form: Bound[CasesForm]
) -> list[OpeningCheck]:
    """Each firm and why not; a choice that cannot be read is told at its field and foreseen as if not made."""
    if not firms:
        return []
    raw = form.raw
    try:
        command = OpenCases(
            enterprise_ids=[firm.id for firm in firms],
            programme=policy.code,
            year=int(str(raw.get("year") or 0)),
            round=str(raw.get("round") or "") or None,
            officer_id=int(str(raw.get("officer_id") or 0)) or None,
        )
    except ValueError:
        raise Invalid("sweep.cases", _("年度、批次或经办人填写有误。")) from None
    return check_openings(call.session, **call.by, command=command, firms=firms)


def _kept(query: ListQuery) -> tuple[tuple[str, str], ...]:
    """What the form that changes the choices sends along."""
    said = LIST.query(**{name: query[name] for name in FILTERS}).said
    ticked = [("firm", uscc) for uscc in query.several("firm")] if query["which"] == TICKED else []
    return (*said, ("which", query["which"]), *ticked)


def _result_page(session: Session, actor: Actor, sweep_id: int, job_id: int) -> OpenedCasesPage:
    sweep = get_sweep_visible_to(session, actor, sweep_id)
    job = get_ordered_visible_to(session, actor, JOB_KIND, job_id)
    if job.params.get("sweep") != sweep.id:
        raise NotFound("job.unknown", _("没有这项任务。"))
    found = results_of(job)
    firms = {firm.id: firm for firm in list_swept_firms(session, [one.key for one in found])}
    total = len(job.params["order"]["enterprise_ids"])
    return OpenedCasesPage(
        sweep=sweep,
        base=f"/policies/sweeps/{sweep.id}",
        job=job,
        running=job.running,
        text=_("已处理 %(done)s / %(total)s 家") % {"done": len(found), "total": total},
        policy=chosen_policy(sweep, LIST.query(policy=job.params["order"]["programme"])),
        opened=tuple(_line(one, firms[one.key]) for one in found if one.done),
        refused=tuple(_line(one, firms[one.key]) for one in found if not one.done),
        left=total - len(found),
    )


def _line(one: ItemResult, firm: Enterprise) -> OpenedCaseLine:
    return OpenedCaseLine(firm.name, firm.uscc, one.made or "", one.reason)
