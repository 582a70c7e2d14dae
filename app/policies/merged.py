"""What becomes of statements and verdicts when two firms are one."""

from collections.abc import Iterable

from app.enterprises.belongings import Belonging, Crossing, MergeFate
from app.journal.domain import PendingEvent, SubjectKey
from app.kit.i18n import N_
from app.policies import events
from app.policies.models import FactStatement, StoredVerdict, SweepLine


def _tell(crossing: Crossing) -> Iterable[PendingEvent]:
    firm = crossing.firm
    for row, gone in crossing.all:
        subject = SubjectKey("verdict", str(row["id"]), firm.name, firm.id, firm.region_code)
        yield PendingEvent(crossing.actor, crossing.now, events.VERDICT_CROSSED, subject, {}, crossing.data(gone=gone))


BELONGINGS = (
    Belonging(FactStatement, N_("情况说明")),
    Belonging(
        StoredVerdict,
        N_("留存的判定"),
        # A verdict that was given for a case stays with it; any other was about a firm that is no more.
        goes=lambda row: row["case_id"] is None,
        name=lambda row: f"{row['policy_code']} {row['on_day']}",
        tells=_tell,
    ),
    Belonging(SweepLine, "", MergeFate.COMPUTED),
)
