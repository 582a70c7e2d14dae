"""What the Dockerfile copies is enough: its command and its health check run in an empty folder that has only that."""

import os
import subprocess
import sys
import urllib.request
from importlib.util import cache_from_source
from pathlib import Path

import pytest
import yaml

from app.config import Settings
from tests.support.dockerfile import Stage, copy_what_is_copied, read
from tests.support.server import clean_environment, free_port, serving
from tests.support.source import ROOT

SECRET = "for this test only 0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return read(ROOT / "Dockerfile")


@pytest.fixture(scope="module")
def image(stages: list[Stage], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the image would have, compiled as there, and a virtual environment whose `yumiao` is the copied one."""
    folder = tmp_path_factory.mktemp("container") / "image"
    copy_what_is_copied(stages[0], ROOT, folder)
    scripts = folder / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (scripts / "yumiao").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from app.cli import main; main()" "$@"\n')
    for script in scripts.iterdir():
        script.chmod(0o755)
    for command in _compiling(stages):
        subprocess.run(command, shell=True, cwd=folder, check=True)
    return folder


def _compiling(stages: list[Stage]) -> list[str]:
    return [command for command in stages[0].runs if "compileall" in command]


def _environment(stages: list[Stage], image: Path, tmp_path: Path, **values: str) -> dict[str, str]:
    theirs = stages[-1].environment | {
        "PATH": f"{image / '.venv/bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(image),
        "YUMIAO_DATA_DIR": str(tmp_path / "data"),
    }
    return clean_environment(**theirs | values)


def test_command_and_health_check_run_on_what_is_copied(stages: list[Stage], image: Path, tmp_path: Path) -> None:
    last, port = stages[-1], free_port()
    environment = _environment(stages, image, tmp_path, YUMIAO_PORT=str(port), YUMIAO_SECRET_KEY=SECRET)

    with serving(last.command, port=port, log=tmp_path / "log", environment=environment, cwd=image) as server:
        check = subprocess.run(last.health, env=environment, cwd=image, capture_output=True, check=False)
        assert check.returncode == 0, check.stderr.decode()
        with urllib.request.urlopen(f"{server.url}/sign-in") as page:
            assert '<html lang="zh-CN">' in page.read().decode()
        where = subprocess.run(
            ["python", "-c", "import app; print(app.__file__)"],
            env=environment,
            cwd=image,
            capture_output=True,
            check=True,
        )
        assert where.stdout.decode().startswith(str(image)), "the copy is what ran"
    assert "demo" not in server.printed().lower(), "production tells of no demo accounts"

    after = subprocess.run(last.health, env=environment, cwd=image, capture_output=True, check=False)
    assert after.returncode != 0, "without a server the health check fails"


def test_production_refuses_to_start_without_a_secret(stages: list[Stage], image: Path, tmp_path: Path) -> None:
    environment = _environment(stages, image, tmp_path)
    done = subprocess.run(
        stages[-1].command,
        env=environment,
        cwd=image,
        capture_output=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert "YUMIAO_SECRET_KEY" in done.stderr.decode()
    assert not (tmp_path / "data" / "yumiao.db").exists()


def test_the_image_is_careful(stages: list[Stage]) -> None:
    last = stages[-1]
    assert len(stages) > 1, "what builds is not what runs"
    assert last.user not in {"", "root", "0"}
    assert last.environment["YUMIAO_ENV"] == "production"
    assert last.health
    assert not any("SECRET" in name or "PASSWORD" in name for stage in stages for name in stage.environment)
    known = {f"YUMIAO_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in last.environment if name.startswith("YUMIAO_")} <= known


def test_the_image_carries_its_bytecode(stages: list[Stage], image: Path) -> None:
    assert stages[0].environment["UV_COMPILE_BYTECODE"] == "1"
    assert not any("PYTHONDONTWRITEBYTECODE" in stage.environment for stage in stages)
    assert _compiling(stages) == stages[0].runs[-1:], "after all that it compiles is there"
    sources = [path for folder in ("app", "migrations") for path in (image / folder).rglob("*.py")]
    assert len(sources) > 500
    assert not [path for path in sources if not Path(cache_from_source(str(path))).exists()]


def test_the_context_holds_what_is_copied(stages: list[Stage]) -> None:
    allowed = {line[1:].strip() for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source.split("/")[0] for stage in stages for sources, _ in stage.copies for source in sources}
    assert copied == allowed


def test_compose_sets_what_production_needs() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    environment = services["yumiao"]["environment"]
    known = {f"YUMIAO_{name.upper()}" for name in Settings.model_fields}
    assert set(environment) <= known
    assert environment["YUMIAO_SECRET_KEY"].startswith("${YUMIAO_SECRET_KEY:?")
    assert environment["YUMIAO_DATABASE_URL"].startswith("postgresql://")
    assert services["yumiao"]["depends_on"]["database"]["condition"] == "service_healthy"
