"""Who stands by the firm and what it may receive: commissioners, incentives."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.commissioners.domain import AgreementTerm
from app.commissioners.models import ServiceAgreement
from app.commissioners.queries import agreements_of_enterprise
from app.enterprises.models import Enterprise
from app.incentives.domain.stacking import Share
from app.incentives.domain.steps import STATE_LABELS, IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries.awards import list_of_enterprise
from app.incentives.queries.entitlements import Entitlement, EntitlementScope, list_entitlements
from app.incentives.queries.schemes import list_families, parsed
from app.incentives.service.sharing import shares_of_firm
from app.incentives.words import span_text
from app.kit.i18n import Bilingual, _
from app.kit.money import format_yuan
from app.portal.shared.plain import plain_day

_COLOURS = {
    IncentiveState.ELIGIBLE: "idle",
    IncentiveState.RECOMMENDED: "info",
    IncentiveState.AWARDED: "good",
    IncentiveState.PAID: "good",
}


@dataclass(frozen=True)
class CommissionerLine:
    """An expert who serves the firm now, and until when."""

    name: str
    unit: str
    programme: str
    aim: str
    until: str


@dataclass(frozen=True)
class PortalIncentiveLine:
    """One incentive: what for, how far it has come, how much if that is known."""

    scheme: str
    occasion: str
    state: str
    state_text: str
    amount: str


def commissioner_lines(session: Session, enterprise_id: int, on: date) -> tuple[CommissionerLine, ...]:
    """The experts whose agreement with the firm has effect on `on`."""
    found = agreements_of_enterprise(session, enterprise_id)
    return tuple(_commissioner(agreement, on) for agreement in found if _term(agreement).in_effect(on))


def _term(agreement: ServiceAgreement) -> AgreementTerm:
    return AgreementTerm.of(agreement.starts_on, agreement.ends_on, agreement.ended_on)


def _commissioner(agreement: ServiceAgreement, on: date) -> CommissionerLine:
    expert, names = agreement.commissioner, agreement.programme.name
    return CommissionerLine(
        name=expert.name,
        unit=expert.unit,
        programme=str(Bilingual.model_validate(names)),
        aim=agreement.aim,
        until=plain_day(_term(agreement).ends_on, on),
    )


def incentive_lines(session: Session, enterprise: Enterprise) -> tuple[PortalIncentiveLine, ...]:
    """What is on file first, then what the firm's facts entitle it to by our estimate."""
    on_file = list_of_enterprise(session, enterprise.id)
    families = list_families(session, enterprise.region_code)
    expected = list_entitlements(session, families, EntitlementScope(enterprise_id=enterprise.id))
    _calculated, shares = shares_of_firm(session, expected, on_file)
    lines = [_expected(item, shares[(item.family.code, item.trigger_key)]) for item in expected]
    return (*(_on_file(row) for row in on_file), *lines)


def _on_file(row: Incentive) -> PortalIncentiveLine:
    state = IncentiveState(row.state)
    name = str(parsed(row.scheme_version).name)
    return PortalIncentiveLine(
        name, row.trigger_label, _COLOURS[state], _(STATE_LABELS[state]), _amount(row.amount_fen)
    )


def _expected(entitlement: Entitlement, share: Share) -> PortalIncentiveLine:
    return PortalIncentiveLine(
        scheme=str(entitlement.version.scheme.name),
        occasion=entitlement.trigger_label,
        state=_COLOURS[IncentiveState.ELIGIBLE],
        state_text=_(STATE_LABELS[IncentiveState.ELIGIBLE]),
        amount=_("金额待定") if share.high is None else span_text(share.low, share.high),
    )


def _amount(fen: int | None) -> str:
    return _("%(amount)s 元") % {"amount": format_yuan(fen)} if fen is not None else _("金额待定")
