"""Files under /static: compressed for those who take it, kept for good under an address with a fingerprint."""

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.doors.pages.assets import FOR_GOOD, Assets

STYLE = "body { color: black }\n" * 200


@pytest.fixture
def assets(tmp_path: Path) -> TestClient:
    (tmp_path / "look.css").write_text(STYLE)
    (tmp_path / "tiny.css").write_text("a {}")
    return TestClient(Assets(directory=tmp_path))


def test_a_style_sheet_is_compressed_and_says_so(assets: TestClient) -> None:
    with assets.stream("GET", "/look.css", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert gzip.decompress(raw).decode() == STYLE


@pytest.mark.parametrize(("path", "accepted"), [("/look.css", "identity"), ("/tiny.css", "gzip")])
def test_it_comes_plain_where_compressing_is_no_use(assets: TestClient, path: str, accepted: str) -> None:
    assert "content-encoding" not in assets.get(path, headers={"accept-encoding": accepted}).headers


def test_only_a_fingerprinted_address_is_kept_for_good(assets: TestClient) -> None:
    assert assets.get("/look.css?v=abc").headers["cache-control"] == FOR_GOOD
    assert "cache-control" not in assets.get("/look.css").headers


def test_what_the_browser_has_is_not_sent_again(assets: TestClient) -> None:
    etag = assets.get("/look.css").headers["etag"]
    assert assets.get("/look.css", headers={"if-none-match": etag}).status_code == 304
