"""SIGKILL of a real sweep at random moments: no line is lost, none is doubled, the rest is done after."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.models import Job
from app.journal.models import JournalEvent
from app.journal.queries import find_breach
from app.kit import db
from app.kit.db import Database, read_scope
from app.policies.models import Sweep, SweepLine
from tests.counts import Counts
from tests.factories.enterprises import many_firms
from tests.support.server import clean_environment

BATCH = 125
SMALL_BATCHES = f"from app.policies.sweeps import runner; runner.BATCH = {BATCH}"
SWEEP = [sys.executable, "-c", f"{SMALL_BATCHES}; from app.cli import main; main()", "sweep", "--on", "2021-06-30"]
SEED = 20210630
PATIENCE = 240
LONGEST_DELAY = 0.2


def test_a_killed_sweep_goes_on_where_it_was(
    database: Database, database_url: str, session: Session, tmp_path: Path, counts: Counts
) -> None:
    ids = set(many_firms(session, counts.many_rows))
    db.commit(session)
    environment = clean_environment(YUMIAO_DATABASE_URL=database_url, YUMIAO_DATA_DIR=str(tmp_path), PYTHONUTF8="1")
    chance, reached = random.Random(SEED), 0
    for attempt in range(counts.kills):
        _run_and_kill(database, environment, chance.uniform(0, LONGEST_DELAY), beyond=reached)
        done = _acknowledged(database)
        assert done >= reached, f"attempt {attempt} (seed {SEED}) lost firms"
        reached = done
    last = subprocess.run(SWEEP, env=environment, capture_output=True, text=True, check=True)
    told = last.stdout.splitlines()
    assert reached == len(ids) or "接着上次中断的摸底继续" in told[0]
    assert told[-1].startswith(f"sweep=1 on=2021-06-30 firms={len(ids)} ")
    with read_scope(database) as reading:
        sweep = reading.scalars(select(Sweep)).one()
        for code in sweep.versions:
            swept = reading.scalars(select(SweepLine.enterprise_id).where(SweepLine.policy_code == code)).all()
            assert len(swept) == len(set(swept)) and set(swept) <= ids
        finished = select(func.count()).select_from(JournalEvent).where(JournalEvent.type == "sweep.finished")
        assert reading.scalar(finished) == 1
        assert sweep.counts["policies"]["high-tech-enterprise"]["firms"] == len(ids)


def _run_and_kill(database: Database, environment: Mapping[str, str], delay: float, *, beyond: int) -> None:
    """Start the command, wait until it has got on, end it as a power cut would."""
    process = subprocess.Popen(SWEEP, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and _done(database) <= beyond:
        assert time.monotonic() < deadline, "the sweep does not get on"
        time.sleep(0.02)
    time.sleep(delay)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _done(database: Database) -> int:
    with read_scope(database) as session:
        checkpoint: dict[str, Any] = session.scalar(select(Job.checkpoint)) or {}
    return int(checkpoint.get("done", 0))


def _acknowledged(database: Database) -> int:
    """The firms decided so far: as many as the checkpoint and the lines of each policy speak of."""
    with read_scope(database) as session:
        assert find_breach(session) is None
        per_policy = select(func.count(), func.count(SweepLine.enterprise_id.distinct())).group_by(
            SweepLine.policy_code
        )
        numbers = set(session.execute(per_policy.where(SweepLine.policy_code == "high-tech-enterprise")).all())
        last = session.scalar(select(func.max(SweepLine.enterprise_id)))
        job = session.scalars(select(Job)).one()
        done = int(job.checkpoint.get("done", 0))
        assert numbers == ({(done, done)} if done else set())
        assert last == (job.checkpoint.get("after") if done else None)
    return done
