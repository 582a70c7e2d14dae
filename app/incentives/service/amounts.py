"""What the bureau sets itself: how much, with the day it takes effect and the document it rests on."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.incentives import actions, events
from app.incentives.domain.plan import plan
from app.incentives.domain.scheme import Origin, Scheme
from app.incentives.models import IncentiveSchemeVersion
from app.incentives.queries.schemes import SchemeFamily
from app.incentives.schemas import SetAmountInput
from app.incentives.service.drafting import drafted
from app.incentives.service.versions import scheme_subject, version_row
from app.incentives.words import method_text
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid
from app.kit.i18n import _, use_locale
from app.kit.permissions import can
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.queries import get_catalogue

COUNTY_DIGITS = 6


def set_amount(
    session: Session, *, actor: Actor, family: SchemeFamily, given: SetAmountInput, now: datetime
) -> IncentiveSchemeVersion:
    """Publish a version of origin bureau with these amounts; earlier versions stay as they are. Raises `Invalid`."""
    require_set_amount(actor, family)
    if given.effective_to is not None and given.effective_to < given.effective_from:
        message = _("失效日期早于生效日期，请核对。")
        raise Invalid("incentive.scheme.period", message, {"effective_to": message})
    template = family.shown(given.effective_from)
    catalogue = get_catalogue(session)
    scheme = drafted(template.scheme, given, catalogue)
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
            "method": (_method(template.scheme, catalogue), _method(scheme, catalogue)),
            "stacking": (template.scheme.stacking, scheme.stacking),
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


def _method(scheme: Scheme, catalogue: Catalogue) -> str:
    """How the amount is found, in the words of the journal."""
    with use_locale("zh"):
        return "；".join(method_text(plan(scheme, catalogue)))


def _next_revision(session: Session, code: str, given: SetAmountInput) -> int:
    last = session.scalar(
        select(func.max(IncentiveSchemeVersion.revision)).where(
            IncentiveSchemeVersion.code == code,
            IncentiveSchemeVersion.origin == Origin.BUREAU.value,
            IncentiveSchemeVersion.effective_from == given.effective_from,
        )
    )
    return 0 if last is None else last + 1
