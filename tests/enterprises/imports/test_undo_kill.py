"""SIGKILL of an undo at random moments: what was taken back stays so, the rest is done after, each thing once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from app.enterprises.imports.models import ImportRun
from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.journal.queries import find_breach
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from tests.counts import Counts
from tests.factories.lists import firm_rows, write_list
from tests.support.imports import Importer
from tests.support.server import clean_environment
from tests.support.undo import state_of

YUMIAO = [sys.executable, "-c", "from app.cli import main; main()"]
SEED = 20210630
LONGEST_DELAY = 0.3
FIRMS = 2_500


def test_an_undo_killed_at_random_moments_goes_on_where_it_was(
    database: Database, database_url: str, tmp_path: Path, counts: Counts
) -> None:
    importer = Importer(database, tmp_path / "data", utc_now())
    before = state_of(database)
    taken = importer.take_in(write_list(tmp_path / "big.csv", firm_rows(FIRMS)))
    values = {"YUMIAO_DATABASE_URL": database_url, "YUMIAO_DATA_DIR": str(tmp_path / "data"), "PYTHONUTF8": "1"}
    environment, chance, left = clean_environment(**values), random.Random(SEED), FIRMS
    for _attempt in range(min(counts.kills, 4)):
        process = subprocess.Popen([*YUMIAO, "undo", str(taken)], env=environment, stdout=subprocess.DEVNULL)
        while process.poll() is None and firms(database) >= left:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, LONGEST_DELAY))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        assert firms(database) <= left
        left = firms(database)
        check_counts(database, taken)
    assert FIRMS - left > 0
    if state(database, taken) != "undone":
        subprocess.run([*YUMIAO, "undo", str(taken)], env=environment, check=True, capture_output=True)
    check_counts(database, taken)
    assert state(database, taken) == "undone" and state_of(database) == before


def firms(database: Database) -> int:
    with read_scope(database) as session:
        return session.scalar(select(func.count()).select_from(Enterprise)) or 0


def state(database: Database, taken: int) -> str:
    with read_scope(database) as session:
        return str(session.get_one(ImportRun, taken).state)


def check_counts(database: Database, taken: int) -> None:
    """What is told to be gone is gone, each by one event."""
    with read_scope(database) as session:
        assert find_breach(session) is None
        told = session.get_one(ImportRun, taken).undone_counts.get("firms", 0)
        removed = select(func.count()).select_from(JournalEvent).where(JournalEvent.type == "enterprise.removed")
        assert told == session.scalar(removed) == FIRMS - firms(database)
