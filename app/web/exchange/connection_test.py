"""Trying a partner's connection out: one signed call for its receipts, and what came of it in plain words; nothing is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.exchange.delivery.calls import Endpoint, Limits, PartnerClient
from app.exchange.delivery.reasons import CallError, reason
from app.exchange.partners.keys import signer_of, verifier_of
from app.exchange.partners.models import Partner
from app.kit.i18n import _

#: Somebody waits for the page.
LIMITS = Limits(wait=5, whole=8)


@dataclass(frozen=True)
class TriedConnection:
    """What came of it, in a line and a sentence."""

    good: bool
    title: str
    text: str


def not_connected(text: str) -> TriedConnection:
    """Why it did not work."""
    return TriedConnection(False, _("没有连通"), text)


def try_out(partner: Partner, secret: bytes, now: datetime, clock: Callable[[], datetime]) -> TriedConnection:
    """Ask `partner` for its receipts once, with the signature of `secret`'s key. Raises `DomainError` for a key that cannot be used."""
    try:
        endpoint = Endpoint(
            partner.base_url, partner.key_id, signer_of(partner, secret), verifier_of(partner, secret, now)
        )
        with PartnerClient(endpoint, clock, LIMITS) as client:
            answer = client.get_receipts(partner.receipts_cursor, limit=1).answer
    except CallError as error:
        return not_connected(reason(error.kept))
    text = _("对方在 %(ms)s 毫秒内应答，签名正确。") % {"ms": answer.took_ms}
    return TriedConnection(True, _("连接正常"), text)
