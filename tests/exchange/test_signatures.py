"""Signed calls and answers: SM2 and SM3-HMAC against published vectors, and every way in which a call does not fit."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from gmssl_pyx import sm2_key_generate, sm2_sign, sm2_verify

from app.exchange.signatures import (
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    PrivateKey,
    PublicKey,
    SharedKey,
    SignatureFault,
    SignedCall,
    Signer,
    Verifier,
    check_answer,
    check_call,
    digest,
    sign_answer,
    sign_call,
)

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
NONCE = "nonce-0123456789"
CALL = SignedCall("POST", "/handovers/QJ-1/records?part=1", b'{"records":[]}')

#: GB/T 32918.5-2017 (GM/T 0003.5-2012), annex A.2: the recommended curve, the default signer id.
PUBLISHED_PRIVATE = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
PUBLISHED_PUBLIC = bytes.fromhex(
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
PUBLISHED_MESSAGE = b"message digest"
PUBLISHED_R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
PUBLISHED_S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"


def der(r: str, s: str) -> bytes:
    """Both numbers in DER; they begin with a bit that is set, hence the zero before them."""
    parts = b"".join(b"\x02\x21\x00" + bytes.fromhex(number) for number in (r, s))
    return b"\x30" + bytes([len(parts)]) + parts


PUBLISHED = der(PUBLISHED_R, PUBLISHED_S)


# -- published vectors ----------------------------------------------------------------------------------------------------


def test_the_published_sm2_signature_is_verified() -> None:
    """The random number of the annex cannot be given to the library, so its signature is verified, not made again."""
    assert sm2_verify(PUBLISHED_PUBLIC, PUBLISHED_MESSAGE, PUBLISHED)
    assert PublicKey(PUBLISHED_PUBLIC).fits(PUBLISHED_MESSAGE, "sm2=" + base64.b64encode(PUBLISHED).decode())


def test_the_published_private_key_signs_what_the_published_public_key_verifies() -> None:
    signed = PrivateKey(PUBLISHED_PRIVATE, PUBLISHED_PUBLIC).sign(PUBLISHED_MESSAGE)
    assert PublicKey(PUBLISHED_PUBLIC).fits(PUBLISHED_MESSAGE, signed)
    assert signed != PrivateKey(PUBLISHED_PRIVATE, PUBLISHED_PUBLIC).sign(PUBLISHED_MESSAGE)


def test_another_key_text_number_or_signer_does_not_fit() -> None:
    other, _private = sm2_key_generate()
    assert not sm2_verify(other, PUBLISHED_MESSAGE, PUBLISHED)
    assert not sm2_verify(PUBLISHED_PUBLIC, b"message digesT", PUBLISHED)
    assert not sm2_verify(PUBLISHED_PUBLIC, PUBLISHED_MESSAGE, der(PUBLISHED_R, PUBLISHED_S[:-1] + "b"))
    assert not sm2_verify(PUBLISHED_PUBLIC, PUBLISHED_MESSAGE, PUBLISHED, b"ALICE123@YAHOO.COM")
    assert not PublicKey(PUBLISHED_PUBLIC).fits(
        PUBLISHED_MESSAGE,
        "sm2=" + base64.b64encode(sm2_sign(PUBLISHED_PRIVATE, PUBLISHED_PUBLIC, PUBLISHED_MESSAGE, b"other")).decode(),
    )


@pytest.mark.parametrize("signature", ["", "sm2=", "sm2=%%%", "sm2=AAAA", "sm2=签名", "sm3-hmac=" + "0" * 64, "sm2"])
def test_an_unreadable_sm2_signature_does_not_fit(signature: str) -> None:
    assert not PublicKey(PUBLISHED_PUBLIC).fits(PUBLISHED_MESSAGE, signature)


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this Python's OpenSSL has no SM3")
@pytest.mark.parametrize("length", [1, 32, 64, 65, 200])
def test_sm3_hmac_agrees_with_another_implementation(length: int) -> None:
    """No standard that we could read publishes a vector of SM3-HMAC: OpenSSL's SM3 in Python's HMAC (RFC 2104) stands in."""
    key, text = bytes(range(length)), b"text" * length
    assert SharedKey(key).sign(text) == f"sm3-hmac={hmac.new(key, text, 'sm3').hexdigest()}"


def test_digest_is_sm3_in_hex() -> None:
    assert digest(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


# -- calls ------------------------------------------------------------------------------------------------------------------

SHARED = SharedKey(b"k" * 32)
BOTH: list[tuple[Signer, Verifier]] = [
    (SHARED, SHARED),
    (PrivateKey(PUBLISHED_PRIVATE, PUBLISHED_PUBLIC), PublicKey(PUBLISHED_PUBLIC)),
]
schemes = pytest.mark.parametrize(("signer", "verifier"), BOTH, ids=["sm3-hmac", "sm2"])


@schemes
def test_a_signed_call_fits(signer: Signer, verifier: Verifier) -> None:
    assert check_call(verifier, CALL, sign_call(signer, "key-1", CALL, NOW, NONCE), NOW) is None


@schemes
@pytest.mark.parametrize(
    "changed",
    [
        replace(CALL, method="PUT"),
        replace(CALL, target="/handovers/QJ-2/records?part=1"),
        replace(CALL, target="/handovers/QJ-1/records?part=2"),
        replace(CALL, target="/handovers/QJ-1/records"),
        replace(CALL, body=b'{"records":[] }'),
        replace(CALL, body=b""),
    ],
    ids=["method", "path", "query", "no query", "body", "no body"],
)
def test_a_changed_call_does_not_fit(signer: Signer, verifier: Verifier, changed: SignedCall) -> None:
    assert check_call(verifier, changed, sign_call(signer, "key-1", CALL, NOW, NONCE), NOW) is SignatureFault.SIGNATURE


@schemes
def test_another_key_does_not_fit(signer: Signer, verifier: Verifier) -> None:
    del verifier
    headers = sign_call(signer, "key-1", CALL, NOW, NONCE)
    public, _private = sm2_key_generate()
    for stranger in (SharedKey(b"l" * 32), PublicKey(public)):
        assert check_call(stranger, CALL, headers, NOW) is SignatureFault.SIGNATURE


@pytest.mark.parametrize("seconds", [-301, -300, 0, 300, 301])
def test_a_clock_may_be_five_minutes_away_and_no_second_more(seconds: int) -> None:
    headers = sign_call(SHARED, "key-1", CALL, NOW + timedelta(seconds=seconds), NONCE)
    assert check_call(SHARED, CALL, headers, NOW) is (SignatureFault.SKEW if abs(seconds) > 300 else None)


@pytest.mark.parametrize("seconds", ["yesterday", "1625018400.5", "9" * 400, "9" * 5000, "-", "nan"])
def test_a_time_that_is_none_is_a_skewed_one(seconds: str) -> None:
    headers = sign_call(SHARED, "key-1", CALL, NOW, NONCE) | {TIME_HEADER: seconds}
    assert check_call(SHARED, CALL, headers, NOW) is SignatureFault.SKEW


def test_a_time_moved_afterwards_does_not_fit() -> None:
    headers = sign_call(SHARED, "key-1", CALL, NOW - timedelta(hours=1), NONCE)
    headers[TIME_HEADER] = str(int(NOW.timestamp()))
    assert check_call(SHARED, CALL, headers, NOW) is SignatureFault.SIGNATURE


@pytest.mark.parametrize(
    ("nonce", "fault"),
    [
        ("n" * 15, SignatureFault.NONCE),
        ("n" * 16, None),
        ("N-_9" * 16, None),
        ("n" * 65, SignatureFault.NONCE),
        ("nonce 0123456789", SignatureFault.NONCE),
        ("nonce-0123456789\n", SignatureFault.NONCE),
        ("随机数随机数随机数随机数随机数随", SignatureFault.NONCE),
    ],
)
def test_the_form_of_a_nonce(nonce: str, fault: SignatureFault | None) -> None:
    assert check_call(SHARED, CALL, sign_call(SHARED, "key-1", CALL, NOW, nonce), NOW) is fault


def test_another_nonce_does_not_fit() -> None:
    headers = sign_call(SHARED, "key-1", CALL, NOW, NONCE) | {NONCE_HEADER: NONCE[::-1]}
    assert check_call(SHARED, CALL, headers, NOW) is SignatureFault.SIGNATURE


@pytest.mark.parametrize("name", [TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER])
def test_a_missing_header_is_told_as_missing(name: str) -> None:
    headers = sign_call(SHARED, "key-1", CALL, NOW, NONCE)
    del headers[name]
    assert check_call(SHARED, CALL, headers, NOW) is SignatureFault.MISSING


# -- answers ----------------------------------------------------------------------------------------------------------------


@schemes
def test_an_answer_answers_one_call_only(signer: Signer, verifier: Verifier) -> None:
    body = b'{"receipts":[]}'
    headers = sign_answer(signer, 200, body, NONCE, NOW)
    assert check_answer(verifier, 200, body, headers, NONCE, NOW) is None
    assert check_answer(verifier, 200, body, headers, NONCE[::-1], NOW) is SignatureFault.SIGNATURE
    assert check_answer(verifier, 201, body, headers, NONCE, NOW) is SignatureFault.SIGNATURE
    assert check_answer(verifier, 200, body[:-1], headers, NONCE, NOW) is SignatureFault.SIGNATURE
    assert check_answer(verifier, 200, body, headers, NONCE, NOW + timedelta(seconds=301)) is SignatureFault.SKEW
    assert check_answer(verifier, 200, body, {}, NONCE, NOW) is SignatureFault.MISSING


def test_a_call_is_no_answer() -> None:
    """What signs a call must not sign an answer, or the caller's own words could be played back to it."""
    headers = sign_call(SHARED, "key-1", CALL, NOW, NONCE)
    assert check_answer(SHARED, 200, CALL.body, headers, NONCE, NOW) is SignatureFault.SIGNATURE
