"""The peer that everybody could have: Django with REST framework and import-export, on the same rows in the same database server.

It runs in a virtual environment of its own in the cache, installed from requirements/peers.txt: nothing here imports it.
"""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from app.composition.slices import compose
from app.kit.db import Database
from benchmarks.load import Side
from benchmarks.world import World, analyse, free_port, running

ROOT = Path(__file__).parent.parent.parent
PROJECT = Path(__file__).parent / "django"
#: As the reviewers served it: two processes of four threads each.
WORKERS, THREADS = 2, 4
_COLUMNS = (
    "uscc, uscc_confirmed, name, registered_on, kind, capital_fen, capital_currency, capital_text, legal_representative, "
    "industry_code, field_code, field_detail, region_code, park_code, address, business_scope, scale, above_scale, created_at, "
    "updated_at"
)


@dataclass(frozen=True)
class Stock:
    """The peer, installed and filled; `cookie` opens its admin, `token` its API."""

    programs: Path
    environment: dict[str, str]
    cookie: str
    token: str

    def take_in(self, way: str, file: Path) -> int:
        """Import a list by the command line; returns how many rows were new."""
        return int(_said(self.programs, self.environment, "import", way, str(file))["new"])

    @contextlib.contextmanager
    def served(self) -> Iterator[Side]:
        """Gunicorn in front of it."""
        port = free_port()
        command = [str(self.programs / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
        command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "60", "--timeout", "600"]
        with running([*command, "register.wsgi"], self.environment, f"http://127.0.0.1:{port}") as side:
            yield side


def install() -> Path:
    """The environment with exactly the locked packages, made where it is not there yet; returns its folder of programs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yumiao" / "peers"
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepare = ["bash", "-euo", "pipefail", "-c", '. tools/environment.sh; prepare_peers "$1"', "bash", cache]
    subprocess.run(prepare, cwd=ROOT, check=True)
    return cache / "bin"


def make_stock(world: World) -> Stock:
    """The peer with its own tables beside those of `world`, and the same firms in them."""
    programs = install()
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "register.settings",
        "PEER_DATABASE_URL": world.url,
        "PEER_SECRET": "as good as any here",
    }
    keys = _said(programs, environment, "prepare")
    _fill(world)
    return Stock(programs, environment, keys["cookie"], keys["token"])


def _said(programs: Path, environment: dict[str, str], *arguments: str) -> dict[str, str]:
    command = [str(programs / "python"), "-m", "register", *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _fill(world: World) -> None:
    engine = create_engine(Database(world.url, compose()).url)
    with engine.begin() as connection:
        copy = f"insert into peer.company ({_COLUMNS}) select {_COLUMNS} from enterprise where disabled_on is null"
        connection.execute(text(copy))
    engine.dispose()
    analyse(world.url)
