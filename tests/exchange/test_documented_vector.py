"""docs/exchange.md lets a partner try its own signatures: its vector, reckoned from its text alone by the standard library."""

import hashlib
import hmac
import re
from datetime import UTC, datetime

from app.exchange.signatures import SharedKey, SignedCall, check_answer, check_call
from tests.support.source import ROOT

TEXT = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")


def _vector() -> tuple[dict[str, str], dict[str, str]]:
    """The call and the answer as the page writes them."""
    block = re.search(r"```\n(key .*?)```", TEXT, re.DOTALL)
    assert block, "docs/exchange.md has a vector of signatures"
    parts = block[1].strip().split("\n\n")
    assert len(parts) == 2
    call, answer = (dict(line.split(maxsplit=1) for line in part.splitlines()) for part in parts)
    return call, answer


def _sm3(body: str) -> str:
    return hashlib.new("sm3", body.encode()).hexdigest()


def _signed(key: bytes, *lines: str) -> str:
    return "sm3-hmac=" + hmac.new(key, "\n".join(lines).encode(), "sm3").hexdigest()


def test_the_documented_vector_is_what_the_page_says_and_what_we_check() -> None:
    call, answer = _vector()
    key = bytes.fromhex(call["key"])
    assert len(key) == 32
    method, target = call["call"].split()
    seconds, nonce = call["ym-timestamp"], call["ym-nonce"]

    assert _sm3(call["body"]) == call["body-sm3"]
    assert _signed(key, method, target, seconds, nonce, call["body-sm3"]) == call["ym-signature"]
    assert _sm3(answer["body"]) == answer["body-sm3"]
    signed = _signed(key, answer["answer"], nonce, answer["ym-timestamp"], answer["body-sm3"])
    assert signed == answer["ym-signature"]
    assert "ym-nonce" not in answer
    assert "ym-key" not in answer

    now, verifier = datetime.fromtimestamp(int(seconds), UTC), SharedKey(key)
    assert check_call(verifier, SignedCall(method, target, call["body"].encode()), call, now) is None
    assert check_answer(verifier, int(answer["answer"]), answer["body"].encode(), answer, nonce, now) is None
