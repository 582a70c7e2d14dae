"""How partners are doing, as the pages say it: transport, circuit, queue, the last success, what waits for somebody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.exchange.delivery.reasons import reason
from app.exchange.partners.domain import CIRCUIT_LABELS, Circuit, Transport, circuit_of
from app.exchange.partners.models import Partner
from app.kit.i18n import _, ngettext
from app.kit.templates import show_instant

_CIRCUIT_BADGES = {Circuit.CLOSED: "good", Circuit.OPEN: "late", Circuit.HALF_OPEN: "wait"}
MINUTES, HOURS = 60, 24
_ICONS = {"good": "check", "late": "alert", "wait": "clock", "idle": "info", "info": "info"}


@dataclass(frozen=True)
class PartnerStatus:
    """How a partner stands, in a badge with its icon and a sentence."""

    badge: str
    text: str
    icon: str
    note: str


def partner_status(partner: Partner, now: datetime) -> PartnerStatus:
    """How a partner stands at `now`."""
    badge, text, note = _status_words(partner, now)
    return PartnerStatus(badge, text, _ICONS[badge], note)


def _status_words(partner: Partner, now: datetime) -> tuple[str, str, str]:
    if partner.disabled_on is not None:
        return "idle", _("已停用"), _("不向它报送；等待中的记录都留着")
    if partner.transport == Transport.FILES:
        return "info", _("文件报送"), _("下载报送表和封面，送出后登记；回执表读回来")
    circuit = circuit_of(partner.failures, partner.open_until, now)
    if circuit is Circuit.OPEN:
        reported = {"why": reason(partner.last_error), "when": show_instant(partner.open_until)}
        return "late", _(CIRCUIT_LABELS[circuit]), _("%(why)s；%(when)s 再试") % reported
    if partner.failures:
        failed = ngettext("连续失败 %(num)s 次", "连续失败 %(num)s 次", partner.failures) % {"num": partner.failures}
        return "wait", failed, reason(partner.last_error)
    if partner.last_success_at is None:
        return "info", _("尚未连通"), _("还没有推送过；可以先测试连接")
    return _CIRCUIT_BADGES[circuit], _(CIRCUIT_LABELS[circuit]), ""


def age_words(since: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits; "" for never."""
    if since is None:
        return ""
    minutes = max(0, int((now - since) / timedelta(minutes=1)))
    if minutes < 1:
        return _("不到 1 分钟")
    if minutes < MINUTES:
        return ngettext("%(num)s 分钟", "%(num)s 分钟", minutes) % {"num": minutes}
    hours = minutes // MINUTES
    if hours < HOURS:
        return ngettext("%(num)s 小时", "%(num)s 小时", hours) % {"num": hours}
    return ngettext("%(num)s 天", "%(num)s 天", hours // HOURS) % {"num": hours // HOURS}
