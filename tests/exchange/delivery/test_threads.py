"""Threads: a slow partner holds up neither another partner nor a page; a stop ends calls under way and loses nothing."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from app.exchange.delivery import log
from app.exchange.delivery.threads import Chores, DelivererThreads
from app.exchange.partners.keys import make_key
from app.exchange.partners.models import Partner, PartnerCall, UsedNonce
from app.kit.db import Database, session_scope
from tests.exchange.delivery.world import SECRET, World, keys, world_of
from tests.support.client import Client
from tests.support.partner import Reply, partner_server


@pytest.fixture
def world(database: Database, now: datetime) -> Iterator[World]:
    with world_of(database, now) as made:
        yield made


@pytest.fixture
def serving(world: World) -> Iterator[Callable[..., DelivererThreads]]:
    begun: list[DelivererThreads] = []

    def start(**limits: float) -> DelivererThreads:
        deliverer = world.deliverer(**limits)
        threads = DelivererThreads(deliverer, Chores(world.database, world.clock))
        threads.start()
        begun.append(threads)
        return threads

    yield start
    for threads in begun:
        threads.stop()


def until(met: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_batches_go_out_by_themselves(world: World, serving: Callable[..., DelivererThreads]) -> None:
    serving()
    world.batch(*keys(3))
    until(lambda: set(world.states()) == {"accepted"})


def test_a_partner_that_hangs_holds_up_no_page_and_no_other_partner(
    world: World, serving: Callable[..., DelivererThreads], client: Client
) -> None:
    release, hanging = threading.Event(), threading.Event()

    def hang(process: Callable[[], Reply]) -> Reply:
        hanging.set()
        release.wait(20)
        return process()

    world.stub.faults.append(hang)
    world.batch("A")
    with session_scope(world.database) as session:
        other = Partner(code="torch", name="另一方", definition="torch", definition_version="v1", resources=[])
        other.scheme, other.created_at, other.updated_at = "sm3-hmac", world.clock.now, world.clock.now
        key = bytes.fromhex(make_key(other, SECRET))
        session.add(other)
    with partner_server(key, world.clock) as quick:
        with session_scope(world.database) as session:
            session.scalars(select(Partner).where(Partner.code == "torch")).one().base_url = quick.url
        serving(wait=20, whole=30)
        assert hanging.wait(10)
        begun = time.monotonic()
        assert client.get("/sign-in").status_code == 200
        with session_scope(world.database) as session:  # a page that writes finds no lock
            session.scalars(select(Partner).where(Partner.code == "torch")).one().follows = False
        assert time.monotonic() - begun < 5
        until(lambda: "GET /receipts" in quick.calls)
    assert world.states() == ["waiting"]
    release.set()
    until(lambda: world.states() == ["accepted"])


def test_a_stop_breaks_off_a_call_under_way_and_frees_what_it_carried(
    world: World, serving: Callable[..., DelivererThreads]
) -> None:
    release, hanging = threading.Event(), threading.Event()

    def hang(process: Callable[[], Reply]) -> Reply:
        hanging.set()
        release.wait(20)
        return process()

    world.stub.faults.extend([None, hang])
    world.batch(*keys(60))
    threads = serving(wait=20, whole=30)
    assert hanging.wait(10)
    begun = time.monotonic()
    threads.stop()
    assert time.monotonic() - begun < 4
    assert {(item.state, item.attempts, item.lease_until) for item in world.items()} == {("waiting", 0, None)}
    assert world.partner().failures == 0
    release.set()
    world.run()
    assert set(world.states()) == {"accepted"} and len(world.stub.effects) == 60


def test_a_partner_that_is_disabled_is_served_no_more(world: World, serving: Callable[..., DelivererThreads]) -> None:
    threads = serving()
    until(lambda: "GET /receipts" in world.stub.calls)
    world.change_partner(disabled_on=world.clock.now.date() - timedelta(days=1))
    until(lambda: not threads._threads["exchange with province"].is_alive())
    world.batch("A")
    world.change_partner(disabled_on=None)
    until(lambda: world.states() == ["accepted"])


def test_a_partner_is_served_whatever_its_code(world: World, serving: Callable[..., DelivererThreads]) -> None:
    """No thread of ours is taken for its own."""
    world.change_partner(code="exchange")
    threads = serving()
    until(lambda: "exchange with exchange" in threads._threads)
    assert threads._threads["exchange"].is_alive()


def test_what_idles_reads_a_little_and_writes_nothing(world: World) -> None:
    world.run()
    statements: list[str] = []

    def collect(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", collect)
    for _second in range(10):
        world.run()
    event.remove(world.database.engine, "before_cursor_execute", collect)
    assert not [
        each for each in statements if "IMMEDIATE" in each or each.lstrip().upper().startswith(("UPDATE", "INSERT"))
    ]
    assert len([each for each in statements if each.lstrip().upper().startswith("SELECT")]) <= 10 * 6


def test_calls_and_nonces_of_long_ago_are_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_CHUNK", 1)  # more than one chunk is forgotten in a round, too
    with session_scope(world.database) as session:
        partner_id = session.scalars(select(Partner.id)).one()
        for days in (33, 32, 31, 29):
            at = world.clock.now - timedelta(days=days)
            session.add(PartnerCall(partner_id=partner_id, at=at, purpose="records", took_ms=1))
        for number, minutes in ((1, -1), (2, 1)):
            expires = world.clock.now + timedelta(minutes=minutes)
            session.add(UsedNonce(key_id="k", nonce=str(number), expires_at=expires))
    Chores(world.database, world.clock).do()
    assert [world.clock.now - call.at for call in world.calls()] == [timedelta(days=29)]
    with session_scope(world.database) as session:
        assert session.scalars(select(UsedNonce.nonce)).all() == ["2"]
