"""How schemes and incentives read: shared by the incentive pages and the enterprise's panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.incentives.domain.amount import Amount, Eligibility, calculate
from app.incentives.domain.plan import AmountPlan
from app.incentives.domain.scheme import (
    AMOUNT_TYPE_LABELS,
    APPLY_MODE_LABELS,
    LEVEL_LABELS,
    STATUS_LABELS,
    AmountType,
    CertificateGained,
    Scheme,
)
from app.incentives.domain.stacking import Share
from app.incentives.domain.steps import ADVISORY, PAST_STATE_LABELS, STATE_LABELS, IncentiveState, PastState
from app.incentives.models import Incentive, PastAward
from app.incentives.queries import awards, entitlements
from app.incentives.queries.entitlements import Entitlement, EntitlementScope
from app.incentives.queries.schemes import SchemeFamily
from app.incentives.service.calculation import calculate_without_facts, plans_of
from app.incentives.service.sharing import shares_of_firm
from app.incentives.words import amount_text, method_text, share_text, yuan
from app.kit.i18n import N_, _
from app.kit.money import in_yuan
from app.policies.domain.facts.catalogue import Facts
from app.policies.domain.values.outcome import Outcome

_BADGES = {
    IncentiveState.ELIGIBLE: "info",
    IncentiveState.RECOMMENDED: "wait",
    IncentiveState.AWARDED: "wait",
    IncentiveState.PAID: "good",
}
_OCCURRENCES = {"first": N_("首次取得证书"), "renewed": N_("再次取得证书"), "any": N_("取得证书")}
_MARKERS = {
    "submitted": N_("已申报"),
    "recommended": N_("已推荐上报"),
    "accepted": N_("已获准（备案、认定或批准）"),
    "certified": N_("已发证"),
}


@dataclass(frozen=True)
class IncentiveLine:
    """One entitlement or one incentive on file, ready to be shown."""

    enterprise: Enterprise
    scheme_code: str
    scheme_name: str
    fact: str
    triggered_on: date
    amount: str
    amount_note: str
    state: IncentiveState
    badge: str
    state_text: str
    note: str
    url: str
    url_text: str
    detail_url: str
    fen: int | None = None

    @property
    def exported_amount(self) -> Decimal | str:
        """The amount in 元 where it is one number, else in words."""
        return self.amount if self.fen is None else in_yuan(self.fen)


@dataclass(frozen=True)
class PastAwardLine:
    """What a list of the past says was given, ready to be shown."""

    year: int
    scheme: str
    note: str
    amount: str
    badge: str
    state_text: str
    paid_on: date | None


def past_line(row: PastAward) -> PastAwardLine:
    """An award of the past."""
    state = PastState(row.state)
    return PastAwardLine(
        year=row.year,
        scheme=row.scheme_name,
        note=" · ".join(text for text in (row.document, row.note) if text),
        amount=yuan(row.amount_fen) if row.amount_fen is not None else _("未填"),
        badge="good" if state is PastState.PAID else "idle",
        state_text=_(PAST_STATE_LABELS[state]),
        paid_on=row.paid_on,
    )


def entitlement_line(item: Entitlement, amount: str, amount_note: str = "", *, fen: int | None = None) -> IncentiveLine:
    """Something a firm may enjoy and nobody has acted on; `amount` in words, `fen` where it is one number."""
    query = urlencode({"uscc": item.enterprise.uscc, "scheme": item.family.code, "fact": item.trigger_key})
    return IncentiveLine(
        enterprise=item.enterprise,
        scheme_code=item.family.code,
        scheme_name=str(item.version.scheme.name),
        fact=item.trigger_label,
        triggered_on=item.triggered_on,
        amount=amount,
        amount_note=amount_note,
        state=IncentiveState.ELIGIBLE,
        badge=_BADGES[IncentiveState.ELIGIBLE],
        state_text=_(STATE_LABELS[IncentiveState.ELIGIBLE]),
        note=_("企业所在地未登记，请先核实") if item.region_unknown else "",
        url=f"/incentives/recommend?{query}",
        url_text=_("推荐"),
        detail_url=f"/incentives/estimate?{query}",
        fen=fen,
    )


def award_line(item: Incentive, families: dict[str, SchemeFamily], amount_note: str = "") -> IncentiveLine:
    """An incentive on file; `families` spares a query for the scheme's name."""
    state = IncentiveState(item.state)
    family = families.get(item.scheme_code)
    version = next((v for v in family.versions if v.row.id == item.scheme_version_id), None) if family else None
    days = [step.happened_on for step in item.steps if step.undone_at is None]
    return IncentiveLine(
        enterprise=item.enterprise,
        scheme_code=item.scheme_code,
        scheme_name=str(version.scheme.name) if version else item.scheme_code,
        fact=item.trigger_label,
        triggered_on=item.triggered_on,
        amount=yuan(item.amount_fen) if item.amount_fen is not None else _("未定"),
        amount_note=amount_note,
        state=state,
        badge=_BADGES[state],
        state_text=_(STATE_LABELS[state]),
        note=max(days).isoformat() if days else "",
        url=f"/incentives/{item.public_id}",
        url_text=_("查看"),
        detail_url=f"/incentives/{item.public_id}",
        fen=item.amount_fen,
    )


def list_lines(session: Session, items: Sequence[Entitlement]) -> list[IncentiveLine]:
    """A list of many firms' entitlements: amounts that need a firm's figures are told as the scheme's method."""
    plans = plans_of(session, (item.version for item in items))
    amounts = calculate_without_facts(session, items)
    return [
        entitlement_line(item, outline(plans[item.version.row.id]), _("打开可见逐步测算"))
        if amount is None
        else _expected_line(item, plans[item.version.row.id], amount)
        for item, amount in zip(items, amounts, strict=True)
    ]


def _expected_line(item: Entitlement, plan: AmountPlan, amount: Amount) -> IncentiveLine:
    given = plan.scheme.amount_type is not AmountType.UNSET and amount.due is not Outcome.UNMET
    return entitlement_line(item, expected_text(plan, amount), fen=amount.fen if given else None)


def firm_lines(session: Session, enterprise: Enterprise, families: Sequence[SchemeFamily]) -> tuple[IncentiveLine, ...]:
    """Everything of one firm: what it may enjoy, stacked by purpose, then what is on file."""
    by_code = {family.code: family for family in families}
    open_ones = entitlements.list_entitlements(session, families, EntitlementScope(enterprise_id=enterprise.id))
    on_file = awards.list_of_enterprise(session, enterprise.id)
    calculated, shares = shares_of_firm(session, open_ones, on_file)
    lines = []
    for item in open_ones:
        key = (item.family.code, item.trigger_key)
        share = shares[key]
        amount = expected_text(calculated[key].plan, calculated[key].amount)
        lines.append(entitlement_line(item, amount, share_note(share, by_code)))
    return (*lines, *(award_line(item, by_code) for item in on_file))


def share_note(share: Share, families: Mapping[str, SchemeFamily]) -> str:
    """Why a firm gets something else than the amount of the scheme; nothing where it gets it in full."""
    if (share.low, share.high) == (share.claim.low, share.claim.high):
        return ""
    return share_text(share, lambda code: scheme_name(families, code))


def scheme_name(families: Mapping[str, SchemeFamily], code: str) -> str:
    """The name of a scheme, its code where it is not one of the area's."""
    return str(families[code].versions[0].scheme.name) if code in families else code


def expected_text(plan: AmountPlan, amount: Amount) -> str:
    """An estimate in words: who sets it where nobody has, nothing where nothing is due."""
    if plan.scheme.amount_type is AmountType.UNSET:
        return _(AMOUNT_TYPE_LABELS[AmountType.UNSET])
    return _("不予奖补") if amount.due is Outcome.UNMET else amount_text(amount)


def outline(plan: AmountPlan) -> str:
    """How an amount that differs from firm to firm is found, in a few words: `按比例，最高 100,000 元`."""
    kind = _(AMOUNT_TYPE_LABELS[plan.scheme.amount_type])
    most = calculate(plan, Facts(plan.catalogue), plan.scheme.effective_from, Eligibility("", Outcome.UNKNOWN)).high
    return kind if most is None else _("%(kind)s，最高 %(amount)s") % {"kind": kind, "amount": yuan(most)}


def method(plan: AmountPlan) -> str:
    """How the amount is found, in one sentence."""
    return _("；").join(method_text(plan))


def trigger_text(scheme: Scheme, certificates: dict[str, str], programmes: dict[str, str]) -> str:
    """The fact that triggers a scheme, in words; the names of certificates and programmes are handed in."""
    trigger = scheme.trigger
    if isinstance(trigger, CertificateGained):
        name = certificates.get(trigger.certificate, trigger.certificate)
        return f"{_(_OCCURRENCES[trigger.occurrence])}{_('：')}{name}"
    name = programmes.get(trigger.programme, trigger.programme)
    return f"{name}{_('：')}{_(_MARKERS[trigger.marker])}"


def advisory() -> str:
    """What stands beside every estimate."""
    return _(ADVISORY)


def status_text(scheme: Scheme) -> str:
    """Whether the scheme was checked against its document."""
    return _(STATUS_LABELS[scheme.status])


def scheme_pairs(scheme: Scheme) -> Sequence[tuple[str, Any]]:
    """What a version says besides name, trigger, amount, stacking and claw-back."""
    return [
        (_("层级"), _(LEVEL_LABELS[scheme.level])),
        (_("主管部门"), str(scheme.authority)),
        (
            _("文件名称与文号"),
            " ".join(part for part in (scheme.text("document_title"), scheme.document_number) if part),
        ),
        (_("条款"), scheme.clause),
        (_("对象"), _("企业")),
        (_("享受方式"), _(APPLY_MODE_LABELS[scheme.apply_mode]) if scheme.apply_mode else ""),
        (_("证明材料"), "、".join(str(item) for item in scheme.evidence)),
        (_("核实情况"), status_text(scheme)),
        (_("来源"), str(scheme.source)),
    ]
