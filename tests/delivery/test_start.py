"""`./run` on a fresh copy of the repository: once to install, then again within seconds and without a network."""

import shutil
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.databases import Templates
from tests.support.server import clean_environment, free_port, serving
from tests.support.source import ROOT, carried_files

FIRST_START_SECONDS = 240
LATER_START_SECONDS = 15
#: What nobody imports needs no compiling here.
INSTALLING = {"UV_COMPILE_BYTECODE": "0"}
#: A proxy that nobody answers at: whoever tries the network fails.
NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone would hold."""
    folder = tmp_path_factory.mktemp("clone") / "yumiao"
    for path in carried_files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return folder


def _sign_in_page(url: str) -> str:
    with urllib.request.urlopen(f"{url}/sign-in") as page:
        return str(page.read().decode())


def test_starts_twice_and_keeps_what_was_there(copy: Path, tmp_path: Path) -> None:
    environment = clean_environment(**INSTALLING)
    for attempt, limit in enumerate((FIRST_START_SECONDS, LATER_START_SECONDS), start=1):
        port, log = free_port(), tmp_path / f"log-{attempt}"
        extra = NO_NETWORK | {"UV_OFFLINE": "1", "no_proxy": "127.0.0.1"} if attempt > 1 else {}
        began = time.monotonic()
        command = [copy / "run", "--port", str(port)]
        with serving(command, port=port, log=log, environment=environment | extra, seconds=limit) as server:
            took = time.monotonic() - began
            assert '<html lang="zh-CN">' in _sign_in_page(server.url)
            assert server.url in server.printed()
            assert "示例账号" in server.printed(), "the demo accounts are told"
            assert took < limit
    assert (copy / "var" / "yumiao.db").stat().st_size > 1_000_000, "the demo firms are there"
    assert "Installing" not in server.printed()
    assert "正在生成" not in server.printed(), "the demo is added once"


def test_empty_means_no_demo(copy: Path, tmp_path: Path, templates: Templates) -> None:
    """On a database that is migrated and seeded: that is seen above. Run by itself this is the first start, which installs."""
    port = free_port()
    (tmp_path / "data").mkdir()
    templates.copy("sqlite", tmp_path / "data")
    environment = clean_environment(YUMIAO_DATA_DIR=str(tmp_path / "data"), **INSTALLING)
    command = [copy / "run", "--port", str(port), "--empty"]
    limit = FIRST_START_SECONDS
    with serving(command, port=port, log=tmp_path / "log", environment=environment, seconds=limit) as server:
        assert "示例账号" not in server.printed()
        assert '<html lang="zh-CN">' in _sign_in_page(server.url)


def test_a_wrong_option_is_refused(copy: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="No such option"),
        serving([copy / "run", "--nonsense"], port=free_port(), log=tmp_path / "log", environment=clean_environment()),
    ):
        pass
