"""How schemes and incentives read: shared by the incentive pages and the enterprise's panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from app.enterprises.models import Enterprise
from app.incentives.domain.scheme import (
    AMOUNT_TYPE_LABELS,
    APPLY_MODE_LABELS,
    LEVEL_LABELS,
    STACKING_LABELS,
    STATUS_LABELS,
    AmountType,
    CertificateGained,
    Scheme,
)
from app.incentives.domain.steps import ADVISORY, STATE_LABELS, State
from app.incentives.models import Incentive
from app.incentives.queries.entitlements import Entitlement
from app.incentives.queries.schemes import SchemeFamily
from app.kit.i18n import N_, _
from app.kit.money import format_yuan

_BADGES = {State.ELIGIBLE: "info", State.RECOMMENDED: "wait", State.AWARDED: "wait", State.PAID: "good"}
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
    state: State
    badge: str
    state_text: str
    note: str
    url: str
    url_text: str


def entitlement_line(item: Entitlement) -> IncentiveLine:
    """Something a firm may enjoy and nobody has acted on."""
    query = urlencode({"uscc": item.enterprise.uscc, "scheme": item.family.code, "fact": item.trigger_key})
    return IncentiveLine(
        enterprise=item.enterprise,
        scheme_code=item.family.code,
        scheme_name=str(item.version.scheme.name),
        fact=item.trigger_label,
        triggered_on=item.triggered_on,
        amount=scheme_amount(item.version.scheme, item.amount_fen),
        state=State.ELIGIBLE,
        badge=_BADGES[State.ELIGIBLE],
        state_text=_(STATE_LABELS[State.ELIGIBLE]),
        note=_("企业所在地未登记，请先核实") if item.region_unknown else "",
        url=f"/incentives/recommend?{query}",
        url_text=_("推荐"),
    )


def award_line(item: Incentive, families: dict[str, SchemeFamily]) -> IncentiveLine:
    """An incentive on file; `families` spares a query for the scheme's name."""
    state = State(item.state)
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
        state=state,
        badge=_BADGES[state],
        state_text=_(STATE_LABELS[state]),
        note=max(days).isoformat() if days else "",
        url=f"/incentives/{item.public_id}",
        url_text=_("查看"),
    )


def yuan(fen: int) -> str:
    """An amount with its unit."""
    return _("%(n)s 元") % {"n": format_yuan(fen)}


def scheme_amount(scheme: Scheme, amount_fen: int | None) -> str:
    """The amount of a version in words; where none is set, who sets it."""
    if scheme.amount_type is AmountType.UNSET or (scheme.amount_type is AmountType.FIXED and amount_fen is None):
        return _(AMOUNT_TYPE_LABELS[AmountType.UNSET])
    if amount_fen is not None:
        return yuan(amount_fen)
    if scheme.ratio is not None:
        return _("%(base)s的 %(percent)s%%") % {
            "base": scheme.text("base"),
            "percent": f"{(scheme.ratio * 100).normalize():f}",
        }
    return "；".join(f"{tier.condition} {yuan(int(tier.amount * 100))}" for tier in scheme.tiers)


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
    """What a version says besides name, trigger and amount; what most schemes lack is left out where it is empty."""
    seldom = [
        (_("上限"), yuan(int(scheme.cap * 100)) if scheme.cap is not None else ""),
        (_("下限"), yuan(int(scheme.floor * 100)) if scheme.floor is not None else ""),
        (_("与其他政策"), _(STACKING_LABELS[scheme.stacking]) if scheme.stacking else ""),
        (_("追回"), scheme.text("clawback")),
    ]
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
        *[pair for pair in seldom if pair[1]],
        (_("证明材料"), "、".join(str(item) for item in scheme.evidence)),
        (_("核实情况"), status_text(scheme)),
        (_("来源"), str(scheme.source)),
    ]
