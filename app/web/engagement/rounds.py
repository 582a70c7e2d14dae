"""走访安排: rounds planned from a list; their stops day by day, moved, skipped, ticked off; how a round ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.queries import list_active_officers, officer_names
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.engagement import actions
from app.engagement.domain.requests import RequestObjection
from app.engagement.domain.rounds import MOST_STOPS
from app.engagement.lists import ROUNDS
from app.engagement.models import VisitRound
from app.engagement.queries.periods import repeat_months
from app.engagement.queries.rounds import (
    RoundProgress,
    get_round_visible_to,
    get_stop,
    list_firms_visible_to,
    list_stops,
    progress_of,
)
from app.engagement.schemas import MoveStop, PlanRound, SkipStop
from app.engagement.service.planning import close_round, move_stop, plan_round, skip_stop, visited_lately
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.lists.filters import day_in
from app.kit.lists.viewer import Viewer
from app.kit.permissions import Place, can
from app.reference.queries import list_region_names
from app.web.bulk.firms import ChosenFirms, chosen_firms
from app.web.engagement.visit_days import DayPlan, StopLine, day_plans
from app.web.shared.enterprise_words import Badge, Choices, gone_badge, words

router = GuardedRouter(door="web", prefix="/visits/rounds")

LABELS: dict[str, str] = {
    "title": N_("名称"),
    "purpose": N_("目的"),
    "officer_id": N_("谁去"),
    "starts_on": N_("从哪天起"),
    "days": N_("几天"),
    "per_day": N_("每天几家"),
    "reason": N_("仍要去的理由"),
}


@dataclass(frozen=True)
class VisitRoundLine:
    """A round as a row."""

    row: VisitRound
    officer: str
    progress: RoundProgress


@dataclass(frozen=True)
class RoundsPage:
    """The rounds, running or closed."""

    closed: bool
    list: Listed[VisitRound, VisitRoundLine]


@dataclass(frozen=True)
class PlanRoundPage:
    """The form that plans a round, and whom it is about."""

    chosen: ChosenFirms
    form: Bound[Any]
    labels: dict[str, str]
    officers: Choices
    months: int
    fresh: tuple[Enterprise, ...]
    seen: tuple[tuple[Enterprise, tuple[RequestObjection, ...]], ...]
    retired: tuple[Enterprise, ...]
    gone: Mapping[int, Badge]


@dataclass(frozen=True)
class RoundPage:
    """A round: its days, how far it is; when it is closed, how it ended."""

    row: VisitRound
    base: str
    officer: str
    progress: RoundProgress
    days: tuple[DayPlan, ...]
    may_plan: bool
    skip: Bound[Any] | None
    skipping: StopLine | None


def _lines(viewer: Viewer, rows: Sequence[VisitRound]) -> Sequence[VisitRoundLine]:
    names = officer_names(viewer.session, {row.officer_id for row in rows if row.officer_id is not None})
    progress = progress_of(viewer.session, [row.id for row in rows])
    return [
        VisitRoundLine(row, names.get(row.officer_id or 0, ""), progress.get(row.id, RoundProgress())) for row in rows
    ]


LIST = ListView(base="/visits/rounds", source=ROUNDS, lines=_lines, size=30, counted=False)


@router.get("", action=actions.READ)
def rounds_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The rounds."""
    page = RoundsPage(bool(query["closed"]), LIST.listed(query, call.viewer))
    return call.render("web/engagement/rounds.html", page)


# -- planning ------------------------------------------------------------------------------------------------------------


@router.post("/new", action=actions.PLAN, reads_only=True)
def plan_page(call: Call) -> Response:
    """The form for the ticked firms, or for all of the filter."""
    chosen = chosen_firms(call.session, call.actor, call.now, call.form)
    if not chosen.ids:
        return call.redirect(chosen.back, bad=_("请先勾选企业，再安排走访。"))
    if len(chosen.ids) > MOST_STOPS:
        text = _("一轮走访最多 %(n)s 家企业，请分几轮安排。") % {"n": MOST_STOPS}
        return call.redirect(chosen.back, bad=text)
    days = -(-len(chosen.ids) // 5)
    raw = {
        "starts_on": call.on.isoformat(),
        "days": str(min(days, 60)),
        "per_day": "5",
        "officer_id": str(call.actor.id),
    }
    return _plan_page(call, chosen, empty(raw))


@router.post("", action=actions.PLAN)
def plan(call: Call) -> Response:
    """Plan the round."""
    chosen = chosen_firms(call.session, call.actor, call.now, call.form)
    firms = [
        one for one in list_firms_visible_to(call.session, call.actor, list(chosen.ids)) if one.disabled_on is None
    ]
    return call.submit(
        PlanRound,
        lambda given: plan_round(call.session, **call.by, firms=firms, given=given),
        done=lambda row: call.redirect(f"/visits/rounds/{row.id}", good=_("已安排，每家各计一次走访请求。")),
        again=lambda bound: _plan_page(call, chosen, bound),
    )


def _plan_page(call: Call, chosen: ChosenFirms, form: Bound[Any]) -> Response:
    firms = list_firms_visible_to(call.session, call.actor, list(chosen.ids))
    known = visited_lately(call.session, firms, call.on)
    in_use = [firm for firm in firms if firm.disabled_on is None]
    officers = list_active_officers(call.session, actions.PLAN.roles, (firm.region_code for firm in in_use))
    page = PlanRoundPage(
        chosen=chosen,
        form=form,
        labels={name: _(label) for name, label in LABELS.items()},
        officers=tuple((str(one.id), one.name) for one in officers),
        months=repeat_months(call.session),
        fresh=tuple(firm for firm in in_use if firm.id not in known),
        seen=tuple((firm, tuple(known[firm.id])) for firm in in_use if firm.id in known),
        retired=tuple(firm for firm in firms if firm.disabled_on is not None),
        gone={firm.id: badge for firm in firms if (badge := gone_badge(firm, words(call.session))) is not None},
    )
    return call.render("web/engagement/plan.html", page)


# -- one round -----------------------------------------------------------------------------------------------------------


@router.get("/{round_id:int}", action=actions.READ)
def round_page(call: Call, round_id: int) -> Response:
    """A round with its days."""
    return call.render("web/engagement/round.html", _round_page(call.session, call.actor, round_id))


@router.post("/{round_id:int}/stops/{stop_id:int}/move", action=actions.PLAN)
def move(call: Call, round_id: int, stop_id: int) -> Response:
    """A stop up, down, or onto another day."""
    row = get_round_visible_to(call.session, call.actor, round_id)
    move_stop(call.session, **call.by, round=row, stop_id=stop_id, given=_moved(call.form))
    return call.redirect(f"/visits/rounds/{row.id}#stop-{stop_id}")


def _moved(form: FormData) -> MoveStop:
    step, day = str(form.get("step") or ""), str(form.get("day") or "")
    if step in ("1", "-1"):
        return MoveStop(step=int(step))
    found = day_in(day)
    if found is None:
        raise Invalid("engagement.stop.day", _("请选择改到哪一天。"), {"day": _("请选择改到哪一天。")})
    return MoveStop(day=found)


@router.get("/{round_id:int}/stops/{stop_id:int}/skip", action=actions.PLAN)
def skip_page(call: Call, round_id: int, stop_id: int) -> Response:
    """Asks why the firm is not seen."""
    page = _round_page(call.session, call.actor, round_id, stop_id, empty())
    return call.render("web/engagement/skip.html", page)


@router.post("/{round_id:int}/stops/{stop_id:int}/skip", action=actions.PLAN)
def skip(call: Call, round_id: int, stop_id: int) -> Response:
    """The firm is not seen in this round."""
    row = get_round_visible_to(call.session, call.actor, round_id)

    return call.submit(
        SkipStop,
        lambda given: skip_stop(call.session, **call.by, round=row, stop_id=stop_id, given=given),
        done=lambda _done: call.redirect(
            f"/visits/rounds/{row.id}#stop-{stop_id}", good=_("已跳过，这次走访不再计数。")
        ),
        again=lambda bound: call.render(
            "web/engagement/skip.html", _round_page(call.session, call.actor, round_id, stop_id, bound)
        ),
    )


@router.post("/{round_id:int}/close", action=actions.PLAN)
def close(call: Call, round_id: int) -> Response:
    """End the round."""
    row = get_round_visible_to(call.session, call.actor, round_id)
    close_round(call.session, **call.by, round=row)
    return call.redirect(f"/visits/rounds/{row.id}", good=_("这一轮走访已结束。"))


def _round_page(
    session: Session, actor: Actor, round_id: int, stop_id: int | None = None, form: Bound[Any] | None = None
) -> RoundPage:
    row = get_round_visible_to(session, actor, round_id)
    stops = list_stops(session, row.id)
    days = day_plans(stops, list_region_names(session, {firm.region_code for _row, firm in stops}))
    chosen = get_stop(session, row.id, stop_id) if stop_id is not None else None
    officer = officer_names(session, {row.officer_id}) if row.officer_id is not None else {}
    return RoundPage(
        row=row,
        base=f"/visits/rounds/{row.id}",
        officer=officer.get(row.officer_id or 0, ""),
        progress=progress_of(session, [row.id]).get(row.id, RoundProgress()),
        days=days,
        may_plan=row.closed_on is None and can(actor, actions.PLAN, Place(row.region_code)),
        skip=form,
        skipping=next((line for day in days for line in day.stops if line.row is chosen), None),
    )
