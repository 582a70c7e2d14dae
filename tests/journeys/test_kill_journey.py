"""The server is killed at random moments of a journey: state, journal, notices and files agree afterwards, and nothing was done twice."""

import hashlib
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from httpx2 import TransportError
from sqlalchemy import select

from app.cases import events
from app.cases.models import CaseFile
from app.files.models import StoredFile
from app.journal.models import JournalEvent, JournalFollower
from app.journal.queries import find_breach, head_position
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from app.kit.storage.local import LocalBlobs
from app.notices.models import Notice
from tests.counts import Counts
from tests.journeys.led_by_http import ACTIONS, LedCase, actions_of
from tests.support.server import Server, clean_environment, free_port, serving
from tests.support.source import ROOT

pytestmark = [pytest.mark.journey]

SEED = 20210331
#: The journey takes about so long (s) on a quiet machine; a kill falls anywhere in it.
LONGEST_DELAY = 3.0
PATIENCE = 60.0


@contextmanager
def served(database: Database, folder: Path) -> Iterator[Server]:
    """The real server on `database`, its files below `folder`."""
    port = free_port()
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", str(port)]
    url = database.engine.url.render_as_string(hide_password=False)
    environment = clean_environment(
        YUMIAO_DATABASE_URL=url, YUMIAO_DATA_DIR=str(folder), YUMIAO_BASE_URL=f"http://127.0.0.1:{port}"
    )
    with serving(command, port=port, log=folder / "log", environment=environment, cwd=ROOT) as server:
        yield server


def all_told(database: Database) -> None:
    """Wait until the notices have followed the journal to its head."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with read_scope(database) as session:
            if min(session.scalars(select(JournalFollower.position)), default=-1) >= head_position(session):
                return
        time.sleep(0.1)
    raise AssertionError("the notices do not get on")


def agree(database: Database, folder: Path, led: LedCase) -> None:
    """State, journal, notices and files of the case speak of the same moves."""
    blobs = LocalBlobs(folder / "files")
    with read_scope(database) as session:
        assert find_breach(session) is None
        case = session.get_one(CaseFile, led.id)
        taken = actions_of(session, led.id)
        assert taken == ACTIONS[: len(taken)]
        told = session.scalars(
            select(JournalEvent)
            .where(JournalEvent.subject_id == led.number, JournalEvent.type.in_((events.OPENED, events.MOVED)))
            .order_by(JournalEvent.position)
        ).all()
        assert tuple(event.data.get("action", "open") for event in told) == taken
        assert told[-1].changes["stage"][1] == case.stage
        for file in session.scalars(select(StoredFile).where(StoredFile.by_kind != "system")):
            digest = hashlib.sha256(b"".join(blobs.stream(file.sha256))).hexdigest()
            assert digest == file.sha256, file.name


def told(database: Database, led: LedCase) -> Counter[tuple[str, str]]:
    """How often each of them was told about each topic."""
    names = {(str(actor.kind), actor.id): name for name, actor in led.people.items()}
    with read_scope(database) as session:
        rows = session.scalars(select(Notice).where(Notice.subject_id == led.number)).all()
        who = [(names.get((row.account_kind, row.account_id)), row.topic) for row in rows]
    return Counter((name, topic) for name, topic in who if name is not None)


def test_killed_at_random_moments_everything_agrees_and_nothing_is_done_twice(
    database: Database, tmp_path: Path, counts: Counts
) -> None:
    chance, cut = random.Random(SEED), 0
    with served(database, tmp_path) as server:
        quiet = LedCase(database, utc_now(), 1)
        quiet.lead(server.url)
        all_told(database)
    expected = told(database, quiet)
    agree(database, tmp_path, quiet)
    assert expected

    led = LedCase(database, utc_now(), 2)
    for serial in range(counts.kills):
        with served(database, tmp_path) as server:
            killing = threading.Timer(chance.uniform(0, LONGEST_DELAY), server.kill)
            killing.start()
            try:
                led.lead(server.url)
            except TransportError:
                cut += 1
            killing.join()
        agree(database, tmp_path, led)
        if _at_its_end(database, led):
            _told_alike(database, tmp_path, led, expected)
            led = LedCase(database, utc_now(), serial + 3)
    assert cut, f"seed {SEED}: no kill fell into a journey"
    _told_alike(database, tmp_path, led, expected)


def _at_its_end(database: Database, led: LedCase) -> bool:
    with read_scope(database) as session:
        return actions_of(session, led.id) == ACTIONS


def _told_alike(database: Database, folder: Path, led: LedCase, expected: Counter[tuple[str, str]]) -> None:
    """Led to its end, everybody was told what they are told when nothing breaks, each once."""
    with served(database, folder) as server:
        led.lead(server.url)
        all_told(database)
    agree(database, folder, led)
    assert told(database, led) == expected
