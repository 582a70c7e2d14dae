"""Receipts by callback: only a partner's client, signed as the partner signs, each call once; what is applied and what is not."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.service.clients import make_signature_key
from app.cases.models import CaseFile
from app.config import Settings
from app.exchange.handovers.models import Receipt
from app.exchange.handovers.schemas import MOST_RECEIPTS
from app.exchange.partners.keys import make_key
from app.exchange.partners.models import Partner
from app.exchange.signatures import PrivateKey, SharedKey, SignatureScheme, SignedCall, Signer, sign_call
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import today, utc_now
from tests.api.conftest import Caller, MakeCaller
from tests.exchange import counterparts
from tests.factories.cases import led_to

PATH = "/api/v1/exchange/receipts"
CERTIFICATES = Path(__file__).parent / "certificates"
#: The key of both certificates, made for these tests only.
PRIVATE = bytes.fromhex("48b07b4751cecfc5ebb97372e7182db6f6a9d71ecf27b05b930e3c8092015f77")
PUBLIC = bytes.fromhex(
    "1aa70a9f5fef390d1d3dfaab1985f0814c9d92f25f8fac0c35826b89f41ba58b"
    "512ceea426897299eeb8c2ddd0f314dcb6bd66759898f1181501f1dd9cbdb349"
)


class Callback:
    """A partner that calls back: its client's token, and what it signs with."""

    def __init__(self, caller: Caller, partner: Partner, signer: Signer) -> None:
        self.caller, self.signer = caller, signer
        self.key_id = partner.key_id

    def headers(self, body: bytes, *, at: datetime | None = None, nonce: str = "") -> dict[str, str]:
        """What signs a call with this body."""
        call = SignedCall("POST", PATH, body)
        return sign_call(self.signer, self.key_id, call, at or utc_now(), nonce or secrets.token_urlsafe(16))

    def send(self, body: bytes, headers: dict[str, str] | None = None) -> Response:
        """The call; signed unless other headers are given."""
        given = self.headers(body) if headers is None else headers
        return self.caller.client.post(
            PATH, content=body, headers={"authorization": f"Bearer {self.caller.token}", **given}
        )

    def tell(self, *receipts: dict[str, Any]) -> Response:
        """These receipts, signed."""
        return self.send(orjson.dumps({"receipts": receipts}))


@pytest.fixture
def partner(session: Session, settings: Settings, caller: MakeCaller) -> tuple[Partner, Caller]:
    """A partner with a shared key, and its client."""
    made = caller(scopes="exchange:receipts")
    row = counterparts.partner(session)
    row.client_row_id = session.scalars(select(MachineClient.id).where(MachineClient.client_id == made.client_id)).one()
    make_key(row, settings.secret)
    return row, made


@pytest.fixture
def callback(session: Session, settings: Settings, partner: tuple[Partner, Caller]) -> Callback:
    row, made = partner
    key = bytes.fromhex(make_key(row, settings.secret))
    return Callback(made, row, SharedKey(key))


def decision(case: str = "QJ-GQ-2021-9999", **given: Any) -> dict[str, Any]:
    values = {"receipt_id": "HB-1", "kind": "decision", "case": case, "decision": "accepted"}
    return values | {"on": today(utc_now()).isoformat()} | given


def record(**given: Any) -> dict[str, Any]:
    values = {"receipt_id": "HB-2", "kind": "record", "idempotency_key": "cases/QJ-GQ-2021-9999@1"}
    return values | {"outcome": "accepted"} | given


def kept(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Receipt)) or 0


def problem(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


# -- what is applied ---------------------------------------------------------------------------------------------------


def test_a_decision_moves_its_case_and_is_told_of_once(
    callback: Callback, session: Session, actor: Callable[..., Actor]
) -> None:
    case: CaseFile = led_to(session, actor("section_head"), utc_now(), "recommended")
    answer = callback.tell(decision(case.number), record())
    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {"receipt_id": "HB-1", "applied": True, "note": ""},
            {"receipt_id": "HB-2", "applied": False, "note": "unknown"},
        ]
    }
    assert session.get_one(CaseFile, case.id).stage == "joint-review"
    again = callback.tell(decision(case.number)).json()["results"]
    assert again == [{"receipt_id": "HB-1", "applied": False, "note": "repeated"}]
    assert session.get_one(CaseFile, case.id).stage == "joint-review"
    assert kept(session) == 2


def test_a_partner_with_a_certificate_signs_by_sm2(
    session: Session, settings: Settings, partner: tuple[Partner, Caller]
) -> None:
    row, made = partner
    row.scheme, row.certificate = SignatureScheme.SM2, (CERTIFICATES / "valid.pem").read_text()
    make_key(row, settings.secret)
    signed = Callback(made, row, PrivateKey(PRIVATE, PUBLIC))
    assert signed.tell(record()).json()["results"][0]["note"] == "unknown"
    stranger = Callback(made, row, SharedKey(b"another"))
    assert problem(stranger.tell(record(receipt_id="HB-3"))) == (401, "signature.wrong")
    assert kept(session) == 1


# -- who may not -------------------------------------------------------------------------------------------------------


def test_an_expired_certificate_is_told(session: Session, settings: Settings, partner: tuple[Partner, Caller]) -> None:
    row, made = partner
    row.scheme, row.certificate = SignatureScheme.SM2, (CERTIFICATES / "expired.pem").read_text()
    make_key(row, settings.secret)
    refused = Callback(made, row, PrivateKey(PRIVATE, PUBLIC)).tell(record())
    assert problem(refused) == (401, "signature.certificate_expired")
    assert "2020-01-01" in refused.json()["detail"]
    assert kept(session) == 0


def test_a_client_of_no_partner_is_turned_away(
    caller: MakeCaller, session: Session, settings: Settings, now: datetime
) -> None:
    lonely = caller(scopes="exchange:receipts")
    key = make_signature_key(session, actor=SYSTEM, client_id=lonely.client_id, sealing=settings.secret, now=now)
    unrelated = Partner(key_id=lonely.client_id)
    refused = Callback(lonely, unrelated, SharedKey(key.encode())).tell(record())
    assert problem(refused) == (403, "receipts.no_partner")
    assert kept(session) == 0


def test_a_disabled_partner_is_none(callback: Callback, session: Session, partner: tuple[Partner, Caller]) -> None:
    partner[0].disabled_on = today(utc_now())
    assert problem(callback.tell(record())) == (401, "signature.key")
    assert kept(session) == 0


def test_the_scope_is_needed(caller: MakeCaller) -> None:
    reader = caller(scopes="export:read")
    answer = reader.client.post(PATH, content=b"{}", headers={"authorization": f"Bearer {reader.token}"})
    assert problem(answer) == (403, "scope.missing")


def test_a_call_must_be_signed_fresh_and_whole(callback: Callback, session: Session) -> None:
    body = orjson.dumps({"receipts": [record()]})
    late = utc_now() - timedelta(minutes=6)
    assert problem(callback.send(body, {})) == (401, "signature.missing")
    assert problem(callback.send(body, callback.headers(body, at=late))) == (401, "signature.skew")
    assert problem(callback.send(body + b" ", callback.headers(body))) == (401, "signature.wrong")
    assert problem(callback.send(body, callback.headers(body, nonce="short"))) == (401, "signature.nonce")
    other = callback.send(body, callback.headers(body) | {"ym-key": callback.caller.client_id})
    assert problem(other) == (401, "signature.key")
    assert callback.key_id in other.json()["detail"]
    assert "client_id 不是密钥编号" in other.json()["detail"]
    assert kept(session) == 0


def test_a_replayed_call_is_refused_and_one_that_failed_may_be_sent_again(callback: Callback, session: Session) -> None:
    body = orjson.dumps({"receipts": [record()]})
    headers = callback.headers(body)
    assert callback.send(body, headers).status_code == 200
    assert problem(callback.send(body, headers)) == (401, "signature.repeated")
    assert kept(session) == 1
    broken = orjson.dumps({"receipts": [record(outcome="lost")]})
    headers = callback.headers(broken)
    assert callback.send(broken, headers).status_code == 422
    assert callback.send(broken, headers).status_code == 422


# -- what cannot be read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"", "body.json", ""),
        (b"[]", "body.object", ""),
        (b'{"receipts": [], "receipts": []}', "body.repeated", "receipts"),
        (b"{}", "request.invalid", "receipts"),
        (b'{"receipts": [], "more": 1}', "request.invalid", "more"),
        (b'{"receipts": [{"kind": "verdict"}]}', "request.invalid", "receipts.0"),
        (orjson.dumps({"receipts": [record(outcome="lost")]}), "request.invalid", "receipts.0.record.outcome"),
        (orjson.dumps({"receipts": [record(reason=5)]}), "request.invalid", "receipts.0.record.reason"),
        (orjson.dumps({"receipts": [record(reason="a\x00b")]}), "request.invalid", "receipts.0.record.reason"),
        (orjson.dumps({"receipts": [record(extra="x")]}), "request.invalid", "receipts.0.record.extra"),
        (orjson.dumps({"receipts": [decision(on="2021-6-3")]}), "request.invalid", "receipts.0.decision.on"),
        (orjson.dumps({"receipts": [decision(on=0)]}), "request.invalid", "receipts.0.decision.on"),
        (orjson.dumps({"receipts": [record()] * (MOST_RECEIPTS + 1)}), "request.invalid", "receipts"),
    ],
)
def test_a_body_that_is_none_is_refused_by_name(
    callback: Callback, session: Session, body: bytes, code: str, field: str
) -> None:
    refused = callback.send(body)
    assert problem(refused) == (422, code)
    if field:
        assert field in [error["field"] for error in refused.json()["errors"]]
    assert kept(session) == 0


def test_the_largest_call_is_taken_in_one(callback: Callback, session: Session) -> None:
    sent = [record(receipt_id=f"HB-{n}") for n in range(MOST_RECEIPTS)]
    answer = callback.tell(*sent)
    assert [result["receipt_id"] for result in answer.json()["results"]] == [each["receipt_id"] for each in sent]
    assert kept(session) == MOST_RECEIPTS
