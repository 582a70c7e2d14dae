"""Who exchanges with partners, by the settings of this deployment, and what goes on beside."""

from datetime import timedelta
from functools import partial

from app.config import Settings
from app.enterprises.duplicates.register_index import keep_index_ready
from app.exchange.delivery.calls import Limits
from app.exchange.delivery.connections import Clients
from app.exchange.delivery.deliverer import Deliverer
from app.exchange.delivery.threads import Chores, DelivererThreads
from app.jobs.chores import CHORES
from app.kit.db import Database
from app.policies.whatif.shelf import RegisterShelf, prepare_registers


def make_deliverer(settings: Settings, database: Database) -> Deliverer:
    """Who serves partners."""
    limits = Limits(settings.exchange_wait_seconds, settings.exchange_call_seconds)
    poll = timedelta(seconds=settings.exchange_poll_seconds)
    return Deliverer(database, Clients(settings.secret, limits), poll)


def make_threads(settings: Settings, database: Database, only: str | None = None) -> DelivererThreads:
    """The same in threads of their own, for all partners or `only` one."""
    deliverer = make_deliverer(settings, database)
    prepare = partial(prepare_registers, RegisterShelf.within(settings.data_dir))
    chores = Chores(database, deliverer.clock, (*database.composition.of(CHORES), keep_index_ready, prepare))
    return DelivererThreads(deliverer, chores, only)
