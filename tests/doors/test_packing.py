"""Pages are packed for the line where the browser takes it."""

import re

import pytest

from tests.support.client import Client

#: What is another one on every page: tokens.
ONCE = re.compile(r'value="[\w.:-]{20,}"')


def test_a_page_is_packed_and_says_so(client: Client) -> None:
    packed = client.get("/sign-in", headers={"accept-encoding": "gzip, deflate, br"})
    plain = client.get("/sign-in", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding", "no cache in between mixes them up"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert ONCE.sub("", packed.text) == ONCE.sub("", plain.text)


@pytest.mark.parametrize("accepted", ["identity", "br", "", "br, gzip;q=0"])
def test_it_comes_plain_where_the_browser_takes_nothing_else(client: Client, accepted: str) -> None:
    answer = client.get("/sign-in", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert "<html" in answer.text
