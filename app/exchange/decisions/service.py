"""Entering a partner's decision: the step its definition names, taken by the partner, on the day of the decision."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.actions import STEP
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import StageEntry
from app.cases.schemas import TakeStep
from app.cases.service.moving import take_step
from app.cases.supply.domain import CorrectionKind
from app.cases.supply.schemas import AskCorrections, CorrectionAsked
from app.exchange.catalogue import partner_definition
from app.exchange.decisions.domain import PassedStage, RepeatedDecisionError, reason_of, remarks_of, step_of
from app.exchange.decisions.schemas import DecisionReceipt
from app.exchange.domain import PartnerDecision
from app.exchange.partners.models import Partner
from app.kit.actor import Actor, ActorKind
from app.kit.errors import DomainError, NotFound

log = structlog.get_logger()


def apply_decision(session: Session, *, partner: Partner, receipt: DecisionReceipt, now: datetime) -> tuple[bool, str]:
    """Whether the decision was entered, and if not why: `unknown` (no such case in the partner's region), `repeated`, `refused`.

    `refused`: the stage waits for no such decision, its day is before the stage or still to come, or the step needs what a
    receipt does not bring (the number of a certificate). Then nothing has changed, and the step is the officer's to take.
    """
    try:
        with session.begin_nested():
            _enter(session, partner, receipt, now)
    except DomainError as error:
        note = _note(error)
        log.warning(
            "decision not entered",
            partner=partner.code,
            receipt=receipt.receipt_id,
            case=receipt.case,
            decision=receipt.decision,
            note=note,
            code=error.code,
        )
        return False, note
    return True, ""


def partner_actor(partner: Partner) -> Actor:
    """The partner as the one who acts: within its region, by its own name."""
    return Actor(ActorKind.PARTNER, partner.id, partner.name, region_prefix=partner.region_prefix)


def _note(error: DomainError) -> str:
    if isinstance(error, NotFound):
        return "unknown"
    return "repeated" if isinstance(error, RepeatedDecisionError) else "refused"


def _enter(session: Session, partner: Partner, receipt: DecisionReceipt, now: datetime) -> None:
    actor = partner_actor(partner)
    case = load_case(session, actor=actor, action=STEP, number=receipt.case)
    definition = partner_definition(partner.definition, partner.definition_version)
    decision = PartnerDecision(receipt.decision)
    step = step_of(definition, case.row.programme_code, _passages(case), decision, receipt.on)
    command = TakeStep(
        action=step,
        version=case.row.version,
        on=receipt.on,
        reason=reason_of(receipt.reason) if receipt.reason.strip() or _insists(case, step) else "",
        corrections=_corrections(receipt) if decision is PartnerDecision.REQUESTED else AskCorrections(),
    )
    take_step(session, actor=actor, now=now, number=receipt.case, command=command)


def _passages(case: LoadedCase) -> list[PassedStage]:
    entries = case.session.scalars(
        select(StageEntry)
        .where(StageEntry.case_id == case.row.id, StageEntry.taken_back_at.is_(None))
        .order_by(StageEntry.ordinal)
    )
    return [
        PassedStage(entry.stage, entry.action, entry.entered_on, entry.by_kind == ActorKind.PARTNER)
        for entry in entries
    ]


def _insists(case: LoadedCase, step: str) -> bool:
    action = case.programme.find_action(step)
    return action is not None and action.needs.reason


def _corrections(receipt: DecisionReceipt) -> AskCorrections:
    items = [CorrectionAsked(kind=CorrectionKind.OTHER, remark=remark) for remark in remarks_of(receipt.reason)]
    return AskCorrections(items=items)
