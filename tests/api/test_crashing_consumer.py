"""A consumer that dies anywhere and begins again, while others write: its copy equals the source."""

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from app.config import Settings
from app.kit import db
from tests.api.served import credentials, served
from tests.counts import Counts
from tests.exchange.test_feed import listed, step
from tests.exchange.world import World
from tests.support import pulling
from tests.support.pulling import client, copying

WRITERS = 2
SERIALS_EACH = 20_000
FIRST_STEPS = 60
LATEST_MOMENTS = (5, 20, 120)


class Writers:
    """Threads that go on changing rows of their own until they are stopped."""

    def __init__(self, database: db.Database) -> None:
        self._database = database
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(1, 1 + WRITERS)]
        self.steps = 0
        self.errors: list[BaseException] = []

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        chance = random.Random(number)
        try:
            with Session(self._database.engine, expire_on_commit=False) as session:
                world = World(session, _serial=count(number * SERIALS_EACH))
                while not self._stop.wait(0.1):
                    step(world, chance)
                    db.commit(session)
                    self.steps += 1
        except BaseException as error:
            self.errors.append(error)
            raise


def pull(address: str, path: Path, given: client.Credentials, moment: int) -> int:
    """Run the consumer once; its return code."""
    environment = {
        **os.environ, "YUMIAO_CLIENT_ID": given.client_id, "YUMIAO_CLIENT_SECRET": given.client_secret,
    }  # fmt: skip
    command = [sys.executable, pulling.__file__, address, str(path), str(moment)]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


def test_a_consumer_that_dies_anywhere_holds_the_state_in_the_end(
    database: db.Database, session: Session, settings: Settings, tmp_path: Path, counts: Counts
) -> None:
    world, chance = World(session).prepare(), random.Random(20210705)
    for _ in range(FIRST_STEPS):
        step(world, chance)
    db.commit(session)
    given = credentials(database)
    path = tmp_path / "copy.db"
    with served(database, settings, tmp_path, YUMIAO_API_BURST="1000000") as server:
        with Writers(database) as writers:
            for _ in range(counts.pull_kills):
                moment = chance.randint(1, chance.choice(LATEST_MOMENTS))
                assert pull(server.url, path, given, moment) == -signal.SIGKILL
        assert not writers.errors and writers.steps > 0
        assert pull(server.url, path, given, 0) == 0
    with closing(copying.SqliteCopy(path)) as copy, db.read_scope(database) as reading:
        held = {(name, key): record for name in copying.KEYS for key, record in copy.records(name).items()}
        assert held == listed(reading, "")
