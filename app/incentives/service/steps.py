"""The steps of an incentive: recommend, award, pay, and taking the last one back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.incentives import actions, events
from app.incentives.domain import steps
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive, IncentiveSchemeVersion, IncentiveStep
from app.incentives.queries import awards, entitlements
from app.incentives.queries.entitlements import Entitlement, EntitlementScope
from app.incentives.queries.schemes import SchemeVersion, get_family, list_families, parsed
from app.incentives.schemas import StepInput
from app.incentives.service.calculation import calculate_entitlement, calculate_firm, plan_of
from app.incentives.service.computation import Kept, computation
from app.incentives.service.sharing import share_of
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import Action, Place, require

_ACTIONS: dict[IncentiveState, Action] = {
    IncentiveState.RECOMMENDED: actions.RECOMMEND,
    IncentiveState.AWARDED: actions.AWARD,
    IncentiveState.PAID: actions.PAY,
}


def action_of(step: IncentiveState) -> Action:
    """The permission that a step needs."""
    return _ACTIONS[step]


def place_of(incentive: Incentive) -> Place:
    """Where an incentive belongs: to its firm."""
    return Place(incentive.enterprise.region_code, incentive.enterprise_id)


def subject_of(incentive: Incentive, scheme_name: str) -> SubjectKey:
    """The journal's key of an incentive."""
    return SubjectKey(
        kind="incentive",
        id=incentive.public_id,
        label=f"{incentive.enterprise.name} {scheme_name}",
        enterprise_id=incentive.enterprise_id,
        region_code=incentive.enterprise.region_code,
    )


def recommend(
    session: Session,
    *,
    actor: Actor,
    enterprise: Enterprise,
    scheme_code: str,
    trigger_key: str,
    given: StepInput,
    now: datetime,
) -> Incentive:
    """Recommend a firm for what it is entitled to; refuses a fact that gives none, or one recommended before."""
    require(actor, actions.RECOMMEND, Place(enterprise.region_code, enterprise.id))
    session.execute(select(Enterprise.id).where(Enterprise.id == enterprise.id).with_for_update())
    entitlement = _entitlement(session, enterprise, scheme_code, trigger_key)
    incentive = awards.find_by_fact(session, enterprise.id, scheme_code, trigger_key) or _begin(entitlement, now)
    incentive.scheme_version = session.get_one(IncentiveSchemeVersion, entitlement.version.row.id)
    session.add(incentive)
    calculated = calculate_entitlement(session, entitlement)
    share = share_of(session, entitlement, calculated)
    names = {family.code: family.versions[0].scheme.name for family in list_families(session, enterprise.region_code)}
    kept = computation(calculated, entitlement.version, entitlement.triggered_on, share, names)
    _take(session, actor, incentive, IncentiveState.RECOMMENDED, given, now, kept)
    return incentive


def advance(
    session: Session, *, actor: Actor, incentive: Incentive, step: IncentiveState, given: StepInput, now: datetime
) -> Incentive:
    """Take the next step (award, then payment) of an incentive on file; raises Conflict out of order."""
    require(actor, action_of(step), place_of(incentive))
    _lock(session, incentive)
    steps.check_step(IncentiveState(incentive.state), step)
    steps.check_amount(step, given.amount_fen)
    if step is IncentiveState.PAID:
        steps.check_paid_within_award(incentive.amount_fen, given.amount_fen)
    kept = computation_now(session, incentive) if step is IncentiveState.AWARDED else None
    _take(session, actor, incentive, step, given, now, kept)
    return incentive


def computation_now(session: Session, incentive: Incentive) -> Kept:
    """The amount of an incentive on file calculated anew, from what is known today for the day of its fact."""
    version = SchemeVersion(incentive.scheme_version, parsed(incentive.scheme_version))
    plan = plan_of(session, version)
    known = entitlements.occurrences(session, [incentive.trigger_key]) if plan.by_occurrence else {}
    occurrence = known.get(incentive.trigger_key, "")
    calculated = calculate_firm(session, plan, incentive.enterprise, incentive.triggered_on, occurrence)
    return computation(calculated, version, incentive.triggered_on)


def undo_last(session: Session, *, actor: Actor, incentive: Incentive, reason: str, now: datetime) -> Incentive:
    """Take the last step back, with a reason; the step stays on file as undone."""
    require(actor, actions.UNDO, place_of(incentive))
    _lock(session, incentive)
    in_force = [step for step in incentive.steps if step.undone_at is None]
    if not in_force:
        raise Conflict("incentive.undo.nothing", _("没有可以撤销的步骤。"))
    last = in_force[-1]
    last.undone_at, last.undone_by, last.undo_reason = now, actor.name, reason
    before = (incentive.state, incentive.amount_fen)
    incentive.state = steps.previous_state(IncentiveState(last.step)).value
    amounts = [step.amount_fen for step in in_force[:-1] if step.amount_fen is not None]
    incentive.amount_fen = amounts[-1] if amounts else None
    incentive.updated_at = now
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.STEP_UNDONE,
        subject=subject_of(incentive, _scheme_name(incentive)),
        changes={"state": (before[0], incentive.state), "amount_fen": (before[1], incentive.amount_fen)},
        data={"reason": reason},
    )
    return incentive


def _lock(session: Session, incentive: Incentive) -> None:
    """Take the row's lock, then look again at what the steps are decided by."""
    session.execute(select(Incentive.id).where(Incentive.id == incentive.id).with_for_update())
    session.refresh(incentive, ["state", "amount_fen", "version", "steps"])


def _entitlement(session: Session, enterprise: Enterprise, scheme_code: str, trigger_key: str) -> Entitlement:
    family = get_family(session, scheme_code)
    found = entitlements.list_entitlements(
        session, [family], EntitlementScope(enterprise_id=enterprise.id, trigger_key=trigger_key)
    )
    if found:
        return found[0]
    if awards.find_by_fact(session, enterprise.id, scheme_code, trigger_key) is not None:
        raise Conflict("incentive.recommended_before", _("这一事由已推荐过，同一事由只能享受一次。"))
    raise Conflict("incentive.not_entitled", _("没有符合这项政策的事由：请核对证书、案件和政策的生效日期。"))


def _begin(entitlement: Entitlement, now: datetime) -> Incentive:
    return Incentive(
        enterprise=entitlement.enterprise,
        scheme_code=entitlement.family.code,
        trigger_key=entitlement.trigger_key,
        trigger_label=entitlement.trigger_label,
        triggered_on=entitlement.triggered_on,
        state=IncentiveState.ELIGIBLE.value,
        amount_fen=None,
        created_at=now,
        updated_at=now,
    )


def _take(
    session: Session,
    actor: Actor,
    incentive: Incentive,
    step: IncentiveState,
    given: StepInput,
    now: datetime,
    kept: Kept | None = None,
) -> None:
    steps.check_amount(step, given.amount_fen)
    steps.check_day(given.happened_on, awards.last_step_on(incentive), today(now))
    before = (incentive.state, incentive.amount_fen)
    incentive.steps.append(
        IncentiveStep(
            step=step.value,
            happened_on=given.happened_on,
            amount_fen=given.amount_fen,
            document=given.document,
            note=given.note,
            recorded_at=now,
            recorded_by=actor.name,
            computation=kept,
        )
    )
    incentive.state, incentive.updated_at = step.value, now
    if given.amount_fen is not None:
        incentive.amount_fen = given.amount_fen
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.STEP_TAKEN[step],
        subject=subject_of(incentive, _scheme_name(incentive)),
        changes={
            "state": (before[0], incentive.state),
            "amount_fen": (before[1], incentive.amount_fen),
            "happened_on": (None, given.happened_on),
            "document": (None, given.document),
        },
        data={"note": given.note} if given.note else {},
    )


def _scheme_name(incentive: Incentive) -> str:
    name = incentive.scheme_version.content["name"]
    return str(name["zh"]) if isinstance(name, dict) else ""
