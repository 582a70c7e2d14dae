"""What Prometheus is told of the exchange: read from the database when asked, so that every process that is asked says the same."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.exchange.delivery.lookahead import is_active
from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.models import HandoverItem
from app.exchange.handovers.tallies import Waiting, waiting_by_partner
from app.exchange.partners.domain import Circuit, circuit_of
from app.exchange.partners.models import Partner
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope

log = logging.getLogger(__name__)

_PREFIX = "yumiao_exchange"
_LABELS = ("partner",)

Values = dict[str, float]


class ExchangeCollector(Collector):
    """Tells how each partner that is served is doing; without a database it tells that it cannot, and breaks nothing."""

    def __init__(self, database: Callable[[], Database], clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def describe(self) -> Iterable[Metric]:
        """Nothing is read at registration."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Read anew at each scrape."""
        readable = GaugeMetricFamily(f"{_PREFIX}_readable", "Whether the numbers of the exchange could be read")
        try:
            with read_scope(self._database()) as session:
                families = list(_families(session, self._clock()))
        except SQLAlchemyError:
            log.warning("the numbers of the exchange cannot be read", exc_info=True)
            families = []
        readable.add_metric((), 1 if families else 0)
        yield readable
        yield from families


def _families(session: Session, now: datetime) -> Iterator[Metric]:
    partners = session.scalars(select(Partner).where(is_active(now)).order_by(Partner.code)).all()
    waiting, nothing = waiting_by_partner(session, SYSTEM), Waiting()
    accepted = dict(session.execute(accepted_by_partner([partner.id for partner in partners])).all())

    def by_partner(value: Callable[[Partner, Waiting], float | None]) -> Values:
        reported = {partner.code: value(partner, waiting.get(partner.id, nothing)) for partner in partners}
        return {code: number for code, number in reported.items() if number is not None}

    yield _gauge("queued_records", "Records to be sent", by_partner(lambda _, w: w.queued))
    yield _gauge("oldest_seconds", "Age of the oldest of them", by_partner(lambda _, w: _age(w.oldest_at, now)))
    yield _gauge("parked_records", "Records given up until somebody looks", by_partner(lambda _, w: w.parked))
    yield _gauge("rejected_records", "Records that the partner refused", by_partner(lambda _, w: w.refused))
    yield _gauge("circuit_open", "Whether no calls are made for now", by_partner(lambda p, _: _is_open(p, now)))
    last = by_partner(lambda p, _: p.last_success_at.timestamp() if p.last_success_at else None)
    yield _gauge("last_success_timestamp_seconds", "When the partner last answered", last)
    total = CounterMetricFamily(
        f"{_PREFIX}_deliveries", "Record versions that the partner has accepted", labels=_LABELS
    )
    for partner in partners:
        total.add_metric((partner.code,), accepted.get(partner.id, 0))
    yield total


def accepted_by_partner(partner_ids: list[int]) -> Select[int, int]:
    """How many record versions each partner has accepted, ever; counted in the index."""
    accepted = (HandoverItem.partner_id.in_(partner_ids), HandoverItem.state == ItemState.ACCEPTED)
    return select(HandoverItem.partner_id, func.count()).where(*accepted).group_by(HandoverItem.partner_id)


def _gauge(name: str, text: str, values: Values) -> Metric:
    family = GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=_LABELS)
    for code, value in values.items():
        family.add_metric((code,), value)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since is not None else 0


def _is_open(partner: Partner, now: datetime) -> float:
    return float(circuit_of(partner.failures, partner.open_until, now) is Circuit.OPEN)
