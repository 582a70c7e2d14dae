"""SIGKILL of the real process at random moments: nothing acknowledged is lost, no half row stays, the rest is done after."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.enterprises.imports.domain import ImportState
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.models import Enterprise, FormerName
from app.jobs.models import Job
from app.journal.models import JournalEvent
from app.journal.queries import find_breach
from app.kit.db import Database, read_scope
from tests.counts import Counts
from tests.factories.enterprises import wrong_code
from tests.factories.lists import HEADER, firm_row, write_list
from tests.support.imports import Importer
from tests.support.server import clean_environment, free_port

YUMIAO = [sys.executable, "-c", "from app.cli import main; main()"]
SEED = 20210630
PATIENCE = 240
#: Seconds between the first batch after a start and the kill; about as long as two batches take.
LONGEST_DELAY = 0.3


@dataclass(frozen=True)
class Place:
    """One deployment: its environment and its database."""

    environment: Mapping[str, str]
    database: Database
    data_dir: Path


@pytest.fixture
def here(database: Database, database_url: str, tmp_path: Path) -> Place:
    """The deployment whose processes are killed."""
    data_dir = tmp_path / "data"
    values = {"YUMIAO_DATABASE_URL": database_url, "YUMIAO_DATA_DIR": str(data_dir), "PYTHONUTF8": "1"}
    return Place(clean_environment(**values), database, data_dir)


@pytest.fixture
def expected(other_database: Database, big: Path, tmp_path: Path) -> dict[str, Any]:
    """What an import that nobody disturbs leaves."""
    importer = Importer(other_database, tmp_path / "undisturbed")
    importer.take_in(big)
    return state_of(other_database)


@pytest.fixture
def big(tmp_path: Path, counts: Counts) -> Path:
    """A long list with repeats, doubtful codes, bad rows and former names spread all over it."""
    made = []
    for number in range(1, counts.import_rows + 1):
        if number % 97 == 0:
            made.append([*firm_row(number - 50, 注册资金="1(万元)"), ""])
        elif number % 89 == 0:
            made.append([*firm_row(number, 统一社会信用代码=wrong_code(number)), ""])
        elif number % 83 == 0:
            made.append([*firm_row(number, 企业名称=""), ""])
        else:
            made.append([*firm_row(number), f"浩口机械{number}厂（示例）" if number % 7 == 0 else ""])
    return write_list(tmp_path / "big.csv", made, (*HEADER, "曾用名"))


def state_of(database: Database) -> dict[str, Any]:
    """All that an import leaves, except what differs from run to run by nature (instants, hashes, ids)."""
    statements = {
        "firms": select(
            Enterprise.uscc,
            Enterprise.name,
            Enterprise.registered_on,
            Enterprise.capital_fen,
            Enterprise.region_code,
            Enterprise.version,
            Enterprise.search_text,
        ).order_by(Enterprise.uscc),
        "names": select(Enterprise.uscc, FormerName.name)
        .join(Enterprise, Enterprise.id == FormerName.enterprise_id)
        .order_by(Enterprise.uscc, FormerName.name),
        "events": select(JournalEvent.subject_label, JournalEvent.changes)
        .where(JournalEvent.type == "enterprise.imported")
        .order_by(JournalEvent.position),
        "rows": select(ImportRow.row_number, ImportRow.outcome, ImportRow.key, ImportRow.reasons).order_by(
            ImportRow.row_number
        ),
        "counts": select(
            ImportRun.state,
            ImportRun.total,
            ImportRun.created,
            ImportRun.queued,
            ImportRun.rejected,
            ImportRun.unchanged,
        ),
    }
    with read_scope(database) as session:
        return {name: list(map(tuple, session.execute(statement))) for name, statement in statements.items()}


def acknowledged(database: Database) -> int:
    """The firms on file: as many as counts, rows, events, checkpoint and search index speak of."""
    with read_scope(database) as session:
        assert find_breach(session) is None
        run = session.scalars(select(ImportRun)).one_or_none()
        firms = session.scalar(select(func.count()).select_from(Enterprise)) or 0
        if run is None:
            assert firms == 0
            return 0
        imported = select(func.count()).select_from(JournalEvent).where(JournalEvent.type == "enterprise.imported")
        rows = select(func.count()).select_from(ImportRow)
        job = session.get_one(Job, run.job_id)
        assert firms == run.created == session.scalar(imported)
        assert firms == session.scalar(rows.where(ImportRow.outcome == "created"))
        assert run.created + run.queued + run.rejected == session.scalar(rows) == job.checkpoint.get("done", 0)
        last = session.scalar(select(func.max(ImportRow.row_number)))
        assert job.checkpoint.get("row") == last
        return firms


def test_the_command_killed_at_random_moments_goes_on_where_it_was(
    here: Place, big: Path, expected: dict[str, Any], tmp_path: Path, counts: Counts
) -> None:
    chance = random.Random(SEED)
    reached, midway = 0, 0
    for attempt in range(counts.kills):
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                [*YUMIAO, "import", "enterprises", big], env=here.environment, stdout=log, stderr=log
            )
            _wait_for_rows(here.database, process, beyond=reached)
            time.sleep(chance.uniform(0, LONGEST_DELAY))
            _kill(process)
        firms = acknowledged(here.database)
        assert firms >= reached, f"attempt {attempt} (seed {SEED}) lost firms"
        reached = firms
        if _finished(here.database):
            break
        midway += 1
    assert midway
    if not _finished(here.database):
        last = subprocess.run(
            [*YUMIAO, "import", "enterprises", big], env=here.environment, capture_output=True, text=True, check=True
        )
        assert "接着上次中断的导入继续" in last.stdout
        total = dict(expected)["counts"][0]
        assert last.stdout.splitlines()[-1].startswith(f"created={total[2]} changed=0 ")
    acknowledged(here.database)
    assert state_of(here.database) == expected


def test_the_server_killed_at_random_moments_goes_on_where_it_was(
    here: Place, big: Path, expected: dict[str, Any], tmp_path: Path, counts: Counts
) -> None:
    chance = random.Random(SEED + 1)
    importer = Importer(here.database, here.data_dir)
    importer.start(importer.upload(big))
    reached, midway = 0, 0
    for attempt in range(counts.kills):
        process = _serve(here, tmp_path / "log")
        _wait_for_rows(here.database, process, beyond=reached)
        time.sleep(chance.uniform(0, LONGEST_DELAY))
        _kill(process)
        firms = acknowledged(here.database)
        assert firms >= reached, f"attempt {attempt} (seed {SEED + 1}) lost firms"
        reached = firms
        if _finished(here.database):
            break
        midway += 1
    assert midway
    process = _serve(here, tmp_path / "log")
    try:
        _wait(lambda: _finished(here.database), process)
    finally:
        _kill(process)
    acknowledged(here.database)
    assert state_of(here.database) == expected


def _serve(here: Place, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        command = [*YUMIAO, "serve", "--port", str(free_port())]
        return subprocess.Popen(command, env=here.environment, stdout=out, stderr=out)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process as a power cut would."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for_rows(database: Database, process: subprocess.Popen[bytes], *, beyond: int) -> None:
    """Return when the import has got on since the last kill, or has ended."""
    _wait(lambda: process.poll() is not None or _finished(database) or _firms(database) > beyond, process)


def _wait(condition: Any, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the import does not get on"
        time.sleep(0.02)


def _firms(database: Database) -> int:
    with read_scope(database) as session:
        return session.scalar(select(func.count()).select_from(Enterprise)) or 0


def _finished(database: Database) -> bool:
    with read_scope(database) as session:
        return session.scalar(select(ImportRun.state)) == ImportState.FINISHED
