"""What becomes of incentives when two firms are one."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.enterprises.belongings import Belonging, Crossing
from app.incentives import events
from app.incentives.domain.steps import IDS, IncentiveState
from app.incentives.models import Incentive, PastAward
from app.journal.domain import PendingEvent, SubjectKey
from app.kit.i18n import N_, _


def _tell(crossing: Crossing) -> Iterable[PendingEvent]:
    firm = crossing.firm
    for row, gone in crossing.all:
        label = f"{firm.name} {row['trigger_label']}"
        subject = SubjectKey("incentive", IDS.of(row["id"]), label, firm.id, firm.region_code)
        yield PendingEvent(crossing.actor, crossing.now, events.CROSSED, subject, {}, crossing.data(gone=gone))


def paid_twice(session: Session, survivor_id: int, loser_id: int) -> list[str]:
    """Money that both firms got for the same: neither payment may vanish in a merge."""
    mine, other = aliased(Incentive), aliased(Incentive)
    statement = (
        select(mine.trigger_label)
        .join(other, (other.scheme_code == mine.scheme_code) & (other.trigger_key == mine.trigger_key))
        .where(
            mine.enterprise_id == survivor_id,
            other.enterprise_id == loser_id,
            mine.state == IncentiveState.PAID,
            other.state == IncentiveState.PAID,
        )
    )
    return [
        _("同一奖补两家都已拨付：%(what)s。请先核查追回或撤销其中一笔") % {"what": label}
        for label in session.scalars(statement)
    ]


BELONGINGS = (
    Belonging(
        Incentive,
        N_("奖补记录"),
        same=("scheme_code", "trigger_key"),
        name=lambda row: f"{row['trigger_label']} {IDS.of(row['id'])}",
        along=True,
        tells=_tell,
        remark=N_("编号不变"),
    ),
    Belonging(
        PastAward,
        N_("往年奖补"),
        same=("year", "scheme_name", "amount_fen", "paid_on"),
        name=lambda row: f"{row['year']} {row['scheme_name']}",
    ),
)
