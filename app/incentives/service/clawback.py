"""Deciding about a ground for taking an incentive back; the decision ends the warning and stays on file."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.incentives import actions, events
from app.incentives.domain import steps
from app.incentives.domain.clawback import ReviewOutcome
from app.incentives.models import ClawbackReview, Incentive
from app.incentives.schemas import ReviewInput
from app.incentives.service.steps import subject_of
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Forbidden, Invalid
from app.kit.i18n import _
from app.kit.permissions import can


def may_review(actor: Actor, incentive: Incentive) -> bool:
    """Heads of the firm's area, or of the area whose scheme it is: the firm may have moved away."""
    in_area = incentive.enterprise.region_code.startswith(actor.region_prefix)
    own_scheme = incentive.scheme_version.jurisdiction.startswith(actor.region_prefix)
    return can(actor, actions.CLAW_BACK) and (in_area or own_scheme)


def review(
    session: Session, *, actor: Actor, incentive: Incentive, given: ReviewInput, scheme_name: str, now: datetime
) -> ClawbackReview:
    """Keep what was decided, with its document; raises Forbidden, or Invalid beside the field."""
    if not may_review(actor, incentive):
        raise Forbidden("permission.denied", _("核查追回须由本级科室负责人或管理员办理。"))
    steps.check_day(given.happened_on, incentive.triggered_on, today(now))
    if given.outcome is ReviewOutcome.RECLAIMED and not given.amount_fen:
        message = _("请填写追回的金额。")
        raise Invalid("incentive.clawback.amount", message, {"amount": message})
    steps.check_paid_within_award(incentive.amount_fen, given.amount_fen)
    row = ClawbackReview(
        incentive_id=incentive.id,
        kind=given.kind.value,
        outcome=given.outcome.value,
        amount_fen=given.amount_fen if given.outcome is ReviewOutcome.RECLAIMED else None,
        happened_on=given.happened_on,
        document=given.document,
        note=given.note,
        recorded_at=now,
        recorded_by=actor.name,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.CLAWBACK_REVIEWED,
        subject=subject_of(incentive, scheme_name),
        changes={
            "clawback_kind": (None, row.kind),
            "clawback_outcome": (None, row.outcome),
            "clawback_fen": (None, row.amount_fen),
            "happened_on": (None, row.happened_on),
            "document": (None, row.document),
        },
        data={"note": row.note} if row.note else {},
    )
    return row
