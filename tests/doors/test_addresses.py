"""The address that links begin with."""

import pytest

from app.config import Settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YUMIAO_BASE_URL", "YUMIAO_PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "port", "base"),
    [
        ({}, None, "http://127.0.0.1:8000"),
        ({}, 8951, "http://127.0.0.1:8951"),
        ({"port": 8080}, None, "http://127.0.0.1:8080"),
        ({"base_url": "https://kjj.example.cn"}, 8951, "https://kjj.example.cn"),
    ],
)
def test_links_name_the_port_unless_told_otherwise(given: dict[str, int | str], port: int | None, base: str) -> None:
    assert Settings(_env_file=None, **given).listening_at(port).base_url == base  # type: ignore[arg-type, call-arg]
