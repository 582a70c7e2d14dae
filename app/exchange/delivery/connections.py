"""The connection to each partner: made from its row, kept between rounds, made anew when address or keys have changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.exchange.delivery.calls import Endpoint, Limits, PartnerClient
from app.exchange.delivery.reasons import CallError
from app.exchange.partners.keys import signer_of, verifier_of
from app.exchange.partners.models import Partner
from app.kit.clock import utc_now
from app.kit.errors import Conflict


@dataclass(frozen=True)
class Clients:
    """Connections by partner; `secret` opens the sealed keys."""

    secret: bytes
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = utc_now
    _open: dict[str, tuple[tuple[str, ...], PartnerClient]] = field(default_factory=dict)

    def of(self, partner: Partner, now: datetime) -> PartnerClient:
        """The connection to `partner`; raises `CallError` when its keys are missing or its certificate does not hold at `now`."""
        try:
            verifier, signer = verifier_of(partner, self.secret, now), signer_of(partner, self.secret)
        except Conflict as error:
            self.close(partner.code)
            raise CallError(error.code.removeprefix("partner.")) from error
        terms = (partner.base_url, partner.key_id, partner.scheme, partner.sealed_key, partner.certificate)
        kept = self._open.get(partner.code)
        if kept is not None and kept[0] == terms:
            return kept[1]
        self.close(partner.code)
        endpoint = Endpoint(partner.base_url, partner.key_id, signer, verifier)
        client = PartnerClient(endpoint, self.clock, self.limits)
        self._open[partner.code] = (terms, client)
        return client

    def abort_all(self) -> None:
        """End the calls that are under way, from another thread."""
        for _terms, client in list(self._open.values()):
            client.abort()

    def close(self, code: str) -> None:
        """Let the connection to a partner go, if there is one."""
        kept = self._open.pop(code, None)
        if kept is not None:
            kept[1].close()

    def close_all(self) -> None:
        """Let all connections go."""
        for code in list(self._open):
            self.close(code)
