"""What a command offers is listed where it is gathered, and a start waits for nothing that it does not need."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from tests.support.server import clean_environment
from tests.support.source import APP, ROOT, listed, tree


def test_every_command_is_offered() -> None:
    forgotten = [
        path.stem
        for path in sorted((APP / "commands").glob("*.py"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "register" for node in tree(path).body)
        and path.stem not in {listing.module for listing in cli.COMMANDS.values()}
    ]
    assert not forgotten, listed("add these to app/cli.py", forgotten)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_command_is_listed_with_its_own_words(name: str) -> None:
    own = " ".join((cli.load(name).help or "").split("\n\n")[0].split()).rstrip(".")
    assert own.lower() == cli.COMMANDS[name].help.rstrip(".").lower(), (
        "say in app/cli.py what the command says of itself"
    )


def test_listing_the_commands_imports_none_of_them() -> None:
    program = "import sys; from app.cli import main\ntry: main()\nexcept SystemExit: print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True)
    assert "simulate-province" in done.stdout
    assert not [name for name in ("'sqlalchemy'", "'fastapi'", "'numpy'") if name in done.stdout]


#: What takes long to load and is needed by a page, a name or a paper at most: neither command below waits for it.
_LATER = ("app.demo.build", "holidays.countries", "icalendar", "pypinyin")


@pytest.mark.parametrize(
    ("begin", "later"),
    [
        ("load('seed'); compose().of(SEEDS)", (*_LATER, "app.main", "app.web", "fastapi", "numpy", "uvicorn")),
        ("load('serve'); from app.main import create_app; create_app(Settings(_env_file=None, env='test'))", _LATER),
    ],
)
def test_a_start_waits_for_nothing_that_it_does_not_need(begin: str, later: tuple[str, ...], tmp_path: Path) -> None:
    program = (
        "import sys; from app.cli import load; from app.composition.slices import compose; from app.config import Settings; "
        f"from app.kit.seeds import SEEDS; {begin}; print(*sorted(sys.modules))"
    )
    environment = clean_environment(YUMIAO_DATA_DIR=str(tmp_path))
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    too_early = set(later) & set(done.stdout.split())
    assert not too_early, listed("import these where they are used", too_early)
