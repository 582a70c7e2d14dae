"""政策奖补 · 办理: recommending a firm, and the steps of one incentive."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.enterprises.queries import get_by_uscc_visible_to
from app.incentives import actions
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries import awards, schemes
from app.incentives.queries.entitlements import Entitlement
from app.incentives.schemas import RecommendInput, StepInput, UndoInput
from app.incentives.service import steps
from app.incentives.service.calculation import calculate_entitlement
from app.incentives.service.computation import computation
from app.incentives.service.sharing import share_of
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.policies.queries import get_catalogue
from app.web.incentives.computation import ComputationView, computation_view
from app.web.incentives.estimates import find_entitled
from app.web.incentives.lines import IncentiveLine, advisory, entitlement_line, expected_text, share_note
from app.web.incentives.record_page import incentive_line, record_page

router = GuardedRouter(door="web", prefix="/incentives")


@dataclass(frozen=True)
class IncentiveStepPage:
    """The form of one step."""

    advisory: str
    title: str
    line: IncentiveLine
    computation: ComputationView | None
    form: Bound[Any]
    action: str
    back: str
    amount_required: bool
    hidden: tuple[tuple[str, str], ...]


# -- recommending ----------------------------------------------------------------------------------------------------------------


@router.get("/recommend", action=actions.RECOMMEND)
def recommend_page(call: Call, uscc: str = "", scheme: str = "", fact: str = "") -> Response:
    item = _entitled(call.session, call.actor, uscc, scheme, fact)
    return _recommend_page(call, item, empty({"happened_on": call.on.isoformat()}))


@router.post("/recommend", action=actions.RECOMMEND)
def recommend(call: Call) -> Response:
    bound = bind(RecommendInput, call.form)
    uscc, scheme, fact = (str(bound.raw.get(name) or "") for name in ("uscc", "scheme", "trigger_key"))
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)

    def again(bound: Bound[RecommendInput]) -> Response:
        item = find_entitled(call.session, enterprise, scheme, fact)
        if item is None:
            return call.redirect(f"/incentives/enterprises/{enterprise.uscc}", bad="；".join(bound.summary))
        return _recommend_page(call, item, bound)

    return call.submit(
        bound,
        lambda given: steps.recommend(
            call.session,
            **call.by,
            enterprise=enterprise,
            scheme_code=scheme,
            trigger_key=given.trigger_key,
            given=given,
        ),
        done=lambda made: call.redirect(f"/incentives/{made.public_id}", good=_("已登记推荐。")),
        again=again,
    )


def _entitled(session: Session, actor: Actor, uscc: str, scheme: str, fact: str) -> Entitlement:
    item = find_entitled(session, get_by_uscc_visible_to(session, actor, uscc), scheme, fact)
    if item is None:
        raise NotFound("incentive.not_entitled", _("没有符合这项政策的事由，或已经推荐过。"))
    return item


def _recommend_page(call: Call, item: Entitlement, form: Bound[Any]) -> Response:
    calculated = calculate_entitlement(call.session, item)
    share = share_of(call.session, item, calculated)
    if form.raw.get("amount") is None and share.low and share.low == share.high:
        form.raw["amount"] = _plain_yuan(share.low)
    kept = computation(calculated, item.version, item.triggered_on)
    names = {family.code: family for family in schemes.list_families(call.session, item.enterprise.region_code)}
    line = entitlement_line(item, expected_text(calculated.plan, calculated.amount), share_note(share, names))
    page = IncentiveStepPage(
        advisory=advisory(),
        title=_("推荐奖补"),
        line=line,
        computation=computation_view(kept, calculated.plan.catalogue),
        form=form,
        action="/incentives/recommend",
        back=f"/incentives/enterprises/{line.enterprise.uscc}",
        amount_required=False,
        hidden=(("uscc", line.enterprise.uscc), ("scheme", line.scheme_code), ("trigger_key", item.trigger_key)),
    )
    return call.render("web/incentives/step.html", page)


def _plain_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


# -- one incentive ---------------------------------------------------------------------------------------------------------------


@router.get("/{public_id}", action=actions.READ)
def incentive_page(call: Call, public_id: str) -> Response:
    found = awards.get_visible_to(call.session, call.actor, public_id)
    return _record_page(call, found, empty())


@router.get("/{public_id}/award", action=actions.AWARD)
def award_page(call: Call, public_id: str) -> Response:
    return _step_page(call, public_id, IncentiveState.AWARDED, _opened(call.on))


@router.post("/{public_id}/award", action=actions.AWARD)
def award(call: Call, public_id: str) -> Response:
    return _take_step(call, public_id, IncentiveState.AWARDED)


@router.get("/{public_id}/pay", action=actions.PAY)
def pay_page(call: Call, public_id: str) -> Response:
    return _step_page(call, public_id, IncentiveState.PAID, _opened(call.on))


@router.post("/{public_id}/pay", action=actions.PAY)
def pay(call: Call, public_id: str) -> Response:
    return _take_step(call, public_id, IncentiveState.PAID)


@router.post("/{public_id}/undo", action=actions.UNDO)
def undo(call: Call, public_id: str) -> Response:
    found = awards.get_visible_to(call.session, call.actor, public_id)
    return call.submit(
        UndoInput,
        lambda given: steps.undo_last(call.session, **call.by, incentive=found, reason=given.reason),
        done=lambda _done: call.redirect(f"/incentives/{public_id}", good=_("已撤销最近一步，原记录保留。")),
        again=lambda bound: _record_page(call, found, bound),
    )


def _opened(on: date) -> Bound[Any]:
    return empty({"happened_on": on.isoformat()})


def _take_step(call: Call, public_id: str, step: IncentiveState) -> Response:
    found = awards.get_visible_to(call.session, call.actor, public_id)
    return call.submit(
        StepInput,
        lambda given: steps.advance(call.session, **call.by, incentive=found, step=step, given=given),
        done=lambda _done: call.redirect(
            f"/incentives/{public_id}", good=_("已登记审定。") if step is IncentiveState.AWARDED else _("已登记拨付。")
        ),
        again=lambda bound: _step_page(call, public_id, step, bound),
    )


def _step_page(call: Call, public_id: str, step: IncentiveState, form: Bound[Any]) -> Response:
    found = awards.get_visible_to(call.session, call.actor, public_id)
    if form.raw.get("amount") is None and found.amount_fen is not None:
        form.raw["amount"] = _plain_yuan(found.amount_fen)
    page = IncentiveStepPage(
        advisory=advisory(),
        title=_("审定奖补") if step is IncentiveState.AWARDED else _("拨付奖补"),
        line=incentive_line(call.session, found),
        computation=_computation_now(call.session, found) if step is IncentiveState.AWARDED else None,
        form=form,
        action=f"/incentives/{public_id}/{'award' if step is IncentiveState.AWARDED else 'pay'}",
        back=f"/incentives/{public_id}",
        amount_required=True,
        hidden=(),
    )
    return call.render("web/incentives/step.html", page)


def _computation_now(session: Session, incentive: Incentive) -> ComputationView:
    return computation_view(steps.computation_now(session, incentive), get_catalogue(session))


def _record_page(call: Call, incentive: Incentive, undo_form: Bound[Any]) -> Response:
    page = record_page(call, incentive, undo_form, call.on)
    return call.render("web/incentives/record.html", page)
