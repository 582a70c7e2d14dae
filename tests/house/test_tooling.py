"""Lock files, shell scripts and settings that a fresh machine relies on."""

import re
import subprocess

import pytest

from app.config import Settings
from tests.support.source import ROOT, listed
from tools.check_lock import missing

SCRIPTS = ["run", "test", "check", ".ci/run", "tools/lock", "tools/untranslated", "tools/environment.sh"]


def test_every_declared_dependency_is_locked() -> None:
    assert not missing(), listed("", missing())


@pytest.mark.parametrize("lock", ["app.txt", "dev.txt", "tools.txt", "fonts.txt"])
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
