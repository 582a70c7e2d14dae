"""What incentives say when a step of a case is to be taken back: money that rests on it has been recommended or more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.service.undo_obstacles import UndoneStep
from app.incentives.domain.steps import STATE_LABELS, IncentiveState
from app.incentives.models import Incentive
from app.kit.i18n import _


def incentives_acted_on(session: Session, step: UndoneStep) -> list[str]:
    """Each incentive that the step gave the ground for and that somebody has acted on since."""
    keys = [f"certificate:{step.certificate}"] if step.certificate is not None else []
    keys += [f"case:{step.number}"] if step.markers else []
    if not keys:
        return []
    acted_on = select(Incentive).where(Incentive.trigger_key.in_(keys), Incentive.state != IncentiveState.ELIGIBLE)
    return [
        _("奖补 %(id)s %(state)s") % {"id": row.public_id, "state": _(STATE_LABELS[IncentiveState(row.state)])}
        for row in session.scalars(acted_on.order_by(Incentive.id))
    ]
