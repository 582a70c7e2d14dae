"""What becomes of service agreements when two firms are one."""

from collections.abc import Iterable

from sqlalchemy import select

from app.commissioners import events
from app.commissioners.domain import AgreementTerm
from app.commissioners.models import Commissioner, ServiceAgreement
from app.commissioners.service.people import subject_of
from app.enterprises.belongings import Belonging, Crossing, Row
from app.journal.domain import PendingEvent
from app.kit.i18n import N_


def _overlap(mine: Row, other: Row) -> bool:
    """One expert serves a firm under one programme by one agreement at a time."""
    if (mine["commissioner_id"], mine["programme_code"]) != (other["commissioner_id"], other["programme_code"]):
        return False
    return _term(mine).overlaps(_term(other))


def _term(row: Row) -> AgreementTerm:
    return AgreementTerm.of(row["starts_on"], row["ends_on"], row["ended_on"])


def _tell(crossing: Crossing) -> Iterable[PendingEvent]:
    people = {row["commissioner_id"] for row, _gone in crossing.all}
    statement = select(Commissioner).where(Commissioner.id.in_(people))
    known = {person.id: person for person in crossing.session.scalars(statement)}
    for row, gone in crossing.all:
        subject = subject_of(known[row["commissioner_id"]], crossing.firm.id)
        data = crossing.data(gone=gone) | {"agreement": row["id"], "note": row["number"]}
        yield PendingEvent(crossing.actor, crossing.now, events.AGREEMENT_CROSSED, subject, {}, data)


BELONGINGS = (
    Belonging(
        ServiceAgreement,
        N_("服务协议"),
        meets=_overlap,
        name=lambda row: f"{row['number']} {row['starts_on']}—{row['ends_on']}".strip(),
        tells=_tell,
    ),
)
