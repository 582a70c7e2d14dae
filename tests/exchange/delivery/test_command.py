"""`yumiao deliver`: one round that says what it did; a process that ends when it is told to."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.clock import utc_now
from app.kit.db import Database
from tests.exchange.delivery.world import SECRET, World, keys, world_of
from tests.support.server import clean_environment

ROOT = Path(__file__).parents[3]


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with world_of(database, utc_now()) as made:
        yield made


def begin(world: World, tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    settings = {
        "YUMIAO_DATABASE_URL": world.database.engine.url.render_as_string(hide_password=False),
        "YUMIAO_DATA_DIR": str(tmp_path),
        "YUMIAO_SECRET_KEY": SECRET.decode(),
    }
    command = [str(ROOT / ".venv/bin/yumiao"), "deliver", *arguments]
    return subprocess.Popen(
        command,
        cwd=tmp_path,
        env=clean_environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_round_says_what_it_did(world: World, tmp_path: Path) -> None:
    world.batch(*keys(3))
    out, err = begin(world, tmp_path, "--once").communicate(timeout=120)
    assert out == "province: followed=0 announced=1 answered=3 polled=3\n", err
    assert set(world.states()) == {"accepted"}


def test_a_partner_that_there_is_not_is_refused(world: World, tmp_path: Path) -> None:
    process = begin(world, tmp_path, "--partner", "nobody")
    _out, err = process.communicate(timeout=120)
    assert process.returncode == 2 and "nobody" in err


def test_it_serves_until_it_is_told_to_end(world: World, tmp_path: Path) -> None:
    process = begin(world, tmp_path)
    world.batch(*keys(3))
    deadline = time.monotonic() + 100
    while set(world.states()) != {"accepted"} and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=30)
    assert set(world.states()) == {"accepted"}, err
    assert process.returncode == 0
