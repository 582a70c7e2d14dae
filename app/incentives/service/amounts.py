"""What the bureau sets itself: an amount with the day it takes effect and the document it rests on."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.incentives import actions, events
from app.incentives.domain.scheme import AmountType, Origin, Scheme, Status
from app.incentives.models import IncentiveSchemeVersion
from app.incentives.queries.schemes import SchemeFamily
from app.incentives.schemas import SetAmountInput
from app.incentives.service.versions import scheme_subject, version_row
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid
from app.kit.i18n import Bilingual, _
from app.kit.permissions import can

COUNTY_DIGITS = 6


def set_amount(
    session: Session, *, actor: Actor, family: SchemeFamily, given: SetAmountInput, now: datetime
) -> IncentiveSchemeVersion:
    """Publish a version of origin bureau with this amount; earlier versions stay as they are."""
    require_set_amount(actor, family)
    if given.effective_to is not None and given.effective_to < given.effective_from:
        message = _("失效日期早于生效日期，请核对。")
        raise Invalid("incentive.scheme.period", message, {"effective_to": message})
    template = family.shown(given.effective_from)
    scheme = _with_amount(template.scheme, given)
    row = version_row(
        scheme,
        Origin.BUREAU,
        _next_revision(session, family.code, given),
        actor=actor,
        now=now,
        document=given.document_number,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.AMOUNT_SET,
        subject=scheme_subject(scheme),
        changes={
            "amount_fen": (template.row.amount_fen, row.amount_fen),
            "effective_from": (None, scheme.effective_from),
            "effective_to": (None, scheme.effective_to),
            "document": (template.row.document, row.document),
        },
    )
    return row


def may_set_amount(actor: Actor, family: SchemeFamily) -> bool:
    """Whether the actor may: a head of the scheme's own area, or of a county that applies a wider scheme."""
    prefix = actor.region_prefix
    own = family.jurisdiction.startswith(prefix)
    applies = len(prefix) <= COUNTY_DIGITS and prefix.startswith(family.jurisdiction)
    return can(actor, actions.SET_AMOUNT) and (own or applies)


def require_set_amount(actor: Actor, family: SchemeFamily) -> None:
    """Raise Forbidden unless `may_set_amount`."""
    if not may_set_amount(actor, family):
        raise Forbidden("permission.denied", _("设定金额须由本级科室负责人或管理员办理。"))


def _with_amount(scheme: Scheme, given: SetAmountInput) -> Scheme:
    said = _("本局依据 %(document)s 设定") % {"document": given.document_number}
    return Scheme.model_validate(
        scheme.model_dump()
        | {
            "amount_type": AmountType.FIXED,
            "amount": Decimal(given.amount_fen) / 100,
            "ratio": None,
            "tiers": (),
            "effective_from": given.effective_from,
            "effective_to": given.effective_to,
            "document_number": given.document_number,
            "clause": given.clause,
            "status": Status.VERIFIED,
            "source": Bilingual(zh=said, en=said).model_dump(),
            "confidence": "seen",
        }
    )


def _next_revision(session: Session, code: str, given: SetAmountInput) -> int:
    last = session.scalar(
        select(func.max(IncentiveSchemeVersion.revision)).where(
            IncentiveSchemeVersion.code == code,
            IncentiveSchemeVersion.origin == Origin.BUREAU.value,
            IncentiveSchemeVersion.effective_from == given.effective_from,
        )
    )
    return 0 if last is None else last + 1
