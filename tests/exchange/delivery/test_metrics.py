"""`/metrics` tells how each partner is doing, cheaply, and is there without a database too."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from app.exchange.delivery.metrics import ExchangeCollector
from app.kit.db import Database
from tests.exchange.delivery.world import World, keys, outcome, world_of
from tests.support.client import Client
from tests.support.house import HOUSE
from tests.support.queries import counted_queries


@pytest.fixture
def world(database: Database, now: datetime) -> Iterator[World]:
    with world_of(database, now) as made:
        yield made


def told(world: World) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(ExchangeCollector(lambda: world.database, world.clock))
    return numbers(generate_latest(registry).decode())


def numbers(text: str) -> dict[str, float]:
    lines = re.findall(r'^yumiao_exchange_(\w+)(?:\{partner="province"\})? (\S+)$', text, re.M)
    return {name: float(value) for name, value in lines if not name.endswith("_created")}


def test_the_numbers_of_a_partner(world: World) -> None:
    world.batch(*keys(4), serial=1)
    world.stub.judge = outcome(F0001={"outcome": "rejected", "reason": "x"}, F0002={"outcome": "pending"})
    world.run()
    world.batch(*keys(3, "G"), serial=2)
    world.batch("H", serial=3, released=False)
    world.clock.pass_by(minutes=3)
    assert told(world) == {
        "readable": 1,
        "queued_records": 3,
        "oldest_seconds": 180,
        "parked_records": 0,
        "rejected_records": 1,
        "circuit_open": 0,
        "last_success_timestamp_seconds": (world.clock.now - timedelta(minutes=3)).timestamp(),
        "deliveries_total": 2,
    }
    world.change_partner(failures=7, open_until=world.clock.now + timedelta(minutes=1))
    world.change_items(state="parked")
    found = told(world)
    assert (found["circuit_open"], found["parked_records"], found["queued_records"]) == (1, 8, 0)


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    with counted_queries() as few:
        told(world)
    world.batch(*keys(100))
    with counted_queries() as many:
        told(world)
    assert len(few) == len(many) <= 6


def test_the_page_of_metrics_holds_them(world: World, client: Client) -> None:
    world.batch("A")
    found = numbers(client.get("/metrics").text)
    assert (found["readable"], found["queued_records"]) == (1, 1)


def test_without_a_database_the_other_metrics_are_there(
    client: Client,
    app,
    tmp_path,  # type: ignore[no-untyped-def]
) -> None:
    away = Database(f"sqlite:///{tmp_path}/nowhere/none.db", HOUSE)
    client.get("/sign-in")
    known, app.state.database = app.state.database, away
    answer = client.get("/metrics")
    app.state.database = known
    away.dispose()
    assert answer.status_code == 200 and "yumiao_requests_total" in answer.text
    assert numbers(answer.text) == {"readable": 0}
