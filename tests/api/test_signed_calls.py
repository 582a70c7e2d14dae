"""Signed calls: each way of being wrong has its own problem document, and a nonce is good once, whoever serves the call."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.service.clients import ClientLimits, limit_client, make_signature_key
from app.config import Settings
from app.exchange.partners.models import UsedNonce
from app.exchange.partners.nonces import forget_expired, remember
from app.exchange.signatures import REMEMBERED, SharedKey, SignedCall, sign_call
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from tests.api.conftest import Caller, MakeCaller
from tests.support.house import HOUSE

PATH = "/api/v1/enterprises?limit=3"


class Signing:
    """A caller with a key."""

    def __init__(self, caller: Caller, key: str) -> None:
        self.caller, self.key = caller, key

    def headers(
        self, target: str = PATH, *, method: str = "GET", body: bytes = b"", at: datetime | None = None, nonce: str = ""
    ) -> dict[str, str]:
        """What signs such a call."""
        call = SignedCall(method, target, body)
        signer = SharedKey(self.key.encode())
        nonce = nonce or secrets.token_urlsafe(16)
        return sign_call(signer, self.caller.client_id, call, at or utc_now(), nonce)

    def get(self, headers: dict[str, str], path: str = PATH) -> Response:
        """A call with these headers besides the token."""
        return self.caller.client.get(path, headers={"authorization": f"Bearer {self.caller.token}", **headers})


@pytest.fixture
def signing(caller: MakeCaller, session: Session, settings: Settings, now: datetime) -> Signing:
    """A client that must sign."""
    one = caller(scopes="export:read policies:evaluate exchange:receipts")
    key = make_signature_key(session, actor=SYSTEM, client_id=one.client_id, sealing=settings.secret, now=now)
    limits = ClientLimits(signed_only=True)
    limit_client(session, actor=SYSTEM, client_id=one.client_id, limits=limits, now=now)
    return Signing(one, key)


def test_a_signed_call_is_let_in_and_an_unsigned_one_told_what_is_missing(signing: Signing) -> None:
    assert signing.get(signing.headers()).status_code == 200
    refused = signing.get({})
    assert (refused.status_code, refused.json()["code"]) == (401, "signature.missing")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"].startswith("YM-Signature")


def wrong_calls(signing: Signing) -> Iterator[tuple[str, dict[str, str]]]:
    right = signing.headers()
    yield "missing", {name: value for name, value in right.items() if name != "ym-nonce"}
    yield "key", right | {"ym-key": "ym-somebody-else"}
    yield "skew", signing.headers(at=utc_now() - timedelta(minutes=6))
    yield "skew", signing.headers(at=utc_now() + timedelta(minutes=6))
    yield "skew", right | {"ym-timestamp": "yesterday"}
    yield "nonce", signing.headers(nonce="short")
    yield "nonce", signing.headers(nonce="x" * 65)
    yield "wrong", signing.headers("/api/v1/enterprises?limit=4")
    yield "wrong", signing.headers(method="POST")
    yield "wrong", signing.headers(body=b"{}")
    yield "wrong", right | {"ym-signature": "sm3-hmac=" + "0" * 64}
    yield "wrong", right | {"ym-signature": "sm2=AAAA"}


def test_each_way_of_being_wrong_is_told_apart_and_uses_up_no_nonce(signing: Signing, session: Session) -> None:
    for fault, headers in wrong_calls(signing):
        refused = signing.get(headers)
        assert (refused.status_code, refused.json()["code"]) == (401, f"signature.{fault}")
    assert session.scalar(select(func.count()).select_from(UsedNonce)) == 0


def test_a_replayed_call_is_refused(signing: Signing) -> None:
    headers = signing.headers()
    assert signing.get(headers).status_code == 200
    refused = signing.get(headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "signature.repeated")
    assert signing.get(signing.headers()).status_code == 200


def test_a_signed_body_may_not_be_changed(signing: Signing) -> None:
    path, body = "/api/v1/policies/high-tech-enterprise/evaluations", b'{"on":"2021-06-30","facts":{}}'
    token = {"authorization": f"Bearer {signing.caller.token}", "content-type": "application/json"}
    headers = signing.headers(path, method="POST", body=body)
    post = signing.caller.client.post
    assert post(path, content=body + b" ", headers=token | headers).json()["code"] == "signature.wrong"
    assert post(path, content=body, headers=token | headers).status_code == 200
    assert post(path, content=body, headers=token | headers).json()["code"] == "signature.repeated"


def test_signatures_of_a_client_that_need_not_sign_are_checked_all_the_same(
    caller: MakeCaller, signing: Signing
) -> None:
    other = Signing(caller(), signing.key)
    assert other.get({}).status_code == 200
    refused = other.get(other.headers()).json()
    assert refused["code"] == "signature.key"
    assert "还没有签名密钥" in refused["detail"]


def test_a_wrong_key_id_is_told_the_right_one(signing: Signing) -> None:
    refused = signing.get(signing.headers() | {"ym-key": "somebody-else"}).json()
    assert refused["code"] == "signature.key"
    assert f"ym-key 应为本客户端的 client_id：{signing.caller.client_id}" in refused["detail"]


def test_two_processes_share_what_was_remembered(database: db.Database, now: datetime) -> None:
    with db.session_scope(database) as one:
        assert remember(one, "ym-1", "n" * 16, now)
    other = db.Database(database.url, HOUSE)
    with db.session_scope(other) as another:
        assert not remember(another, "ym-1", "n" * 16, now + REMEMBERED)
        assert remember(another, "ym-2", "n" * 16, now)
        assert remember(another, "ym-1", "n" * 16, now + REMEMBERED + timedelta(seconds=1))
        forget_expired(another, now + REMEMBERED + timedelta(seconds=1))
        assert list(another.scalars(select(UsedNonce.key_id))) == ["ym-1"]
    other.dispose()
