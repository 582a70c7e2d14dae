"""Entering the certificate that a case ends in into the register."""

from datetime import datetime

from app.cases.domain.steps import NewCertificate
from app.cases.loaded import LoadedCase
from app.enterprises.models import Certificate
from app.enterprises.schemas import CertificateInput
from app.enterprises.service.parts import PartChange
from app.enterprises.service.records import put_certificate
from app.kit.actor import Actor


def issue_certificate(case: LoadedCase, certificate: NewCertificate, *, actor: Actor, now: datetime) -> Certificate:
    """Write the certificate to the firm; as a change of the firm it is an event of the firm, beside the case's own."""
    given = CertificateInput.model_validate(
        {
            "kind": certificate.kind,
            "number": certificate.number,
            "issued_on": certificate.issued_on,
            "expires_on": certificate.expires_on,
            "case_number": case.row.number,
        }
    )
    return put_certificate(PartChange(case.session, actor, case.row.enterprise, now), given)
