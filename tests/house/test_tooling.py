"""Lock files, shell scripts and settings that a fresh machine relies on."""

import re
import subprocess
import tomllib

import pytest

from app.config import Settings
from tests.support.source import APP, ROOT, listed, name_of, python_files
from tools.check_lock import missing

SCRIPTS = ["run", "test", "check", ".ci/run", ".ci/peers", "tools/lock", "tools/untranslated", "tools/environment.sh"]


def test_every_declared_dependency_is_locked() -> None:
    assert not missing(), listed("", missing())


@pytest.mark.parametrize("lock", ["app.txt", "dev.txt", "tools.txt", "fonts.txt", "peers.txt"])
def test_lock_files_have_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert not re.search(r"https?://", text)
    pins = re.split(r"\n(?=\S)", text.strip())
    unhashed = [pin.split()[0] for pin in pins if "==" in pin and "--hash=sha256:" not in pin]
    assert pins
    assert not unhashed, listed("no hash", unhashed)


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_well_formed(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    assert script.endswith(".sh") or (ROOT / script).stat().st_mode & 0o111, f"{script} is not executable"


def test_every_setting_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    absent = [name for name in Settings.model_fields if f"YUMIAO_{name.upper()}" not in example]
    assert not absent, listed("describe these in .env.example", absent)


def test_no_function_of_the_doors_takes_more_than_seven_parameters() -> None:
    """What a route is not asked in its address, it finds on its `call`. A command's options are its parameters."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "PLR0913" in lint["select"]
    assert lint["pylint"]["max-args"] == 7
    excepted = {place for place, rules in lint["per-file-ignores"].items() if {"PLR0913", "PLR", "PL"} & set(rules)}
    assert excepted == {"app/commands/*", "tests/*", "benchmarks/*"}
    doors = [path for door in ("web", "portal", "api", "doors") for path in python_files(APP / door)]
    silenced = [name_of(path) for path in doors if "noqa: PLR0913" in path.read_text(encoding="utf-8")]
    assert not silenced, listed("give it a parameter object", silenced)
