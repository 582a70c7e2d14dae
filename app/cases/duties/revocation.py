"""Missed duties may cost the firm its certificate: shown as a ground, decided by a section head, never by the clock."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duties import actions, events
from app.cases.duties.creation import list_duties
from app.cases.duties.domain import grounds_to_revoke, is_missed
from app.cases.duties.schemas import RevokeCertificate
from app.cases.loaded import load_case
from app.cases.models import CaseFile
from app.enterprises.models import Certificate
from app.enterprises.schemas import CertificateInput
from app.enterprises.service.parts import PartChange, fingerprint
from app.enterprises.service.records import CERTIFICATE, put_certificate
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.programmes.domain.definition import DutyTemplate, Programme


def grounds(session: Session, programme: Programme, case: CaseFile, on: date) -> tuple[tuple[DutyTemplate, int], ...]:
    """The duties of which so many are missed on the day `on` that the certificate may be lost, with how many."""
    rows = list_duties(session, case.id)
    missed = [row.code for row in rows if is_missed(row.due_on, row.done_on, row.waived_on, on)]
    return grounds_to_revoke(programme, missed)


def find_certificate(session: Session, case: CaseFile) -> Certificate | None:
    """The certificate that the case ended in, revoked or not."""
    given = select(Certificate).where(
        Certificate.enterprise_id == case.enterprise_id, Certificate.case_number == case.number
    )
    return session.scalars(given.order_by(Certificate.id.desc()).limit(1)).one_or_none()


def revoke_certificate(
    session: Session, *, actor: Actor, now: datetime, number: str, command: RevokeCertificate
) -> Certificate:
    """Revoke the certificate of the case from a day on, with the reason and the clause. One event on the case.

    Raises `NotFound` (no certificate), `Conflict` (no ground, or revoked already) or `Invalid` (the day).
    """
    case = load_case(session, actor=actor, action=actions.REVOKE, number=number)
    row = find_certificate(session, case.row)
    if row is None:
        raise NotFound("duty.certificate", _("该件没有发出证书。"))
    if row.revoked_on is not None:
        raise Conflict("duty.revoked", _("证书已于 %(day)s 撤销。") % {"day": row.revoked_on.isoformat()})
    if not grounds(session, case.programme, case.row, today(now)):
        raise Conflict("duty.no_ground", _("未到可撤销证书的次数，不能撤销。"))
    if not (row.issued_on or date.min) <= command.revoked_on <= today(now):
        message = _("撤销日期须在发证日期与今天之间。")
        raise Invalid("duty.revoked_on", message, {"revoked_on": message})
    values = CERTIFICATE.values_of(row)
    given = CertificateInput(**{**values, "revoked_on": command.revoked_on, "seen": fingerprint(values)})
    put_certificate(PartChange(session, actor, case.row.enterprise, now), given, row)
    case.touched(now, bump=False)
    case.record(
        actor=actor,
        now=now,
        type=events.CERTIFICATE_REVOKED,
        changes={"revoked_on": (None, command.revoked_on)},
        data={"certificate": row.number, "document": command.document.strip(), "note": command.reason.strip()},
    )
    return row
