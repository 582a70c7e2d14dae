"""How calls between two systems are signed: SM3-HMAC with a shared key, or SM2 with the signer's private key. Pure.

What is signed is one text of five lines: method, path with query, seconds since 1970, nonce, SM3 of the body in hex; of an
answer: status, the nonce of the call that it answers, seconds since 1970, SM3 of the body. So nothing can be changed, sent to
another address, sent again later, or given as the answer to something else. Sources: GB/T 32905-2016 (SM3), GB/T 32918-2016
(SM2, signer id `1234567812345678`, signatures in DER and Base64).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import BinaryIO, Protocol

from gmssl_pyx import GmsslInnerError, sm2_sign, sm2_verify, sm3_hash, sm3_hmac

KEY_HEADER = "ym-key"
TIME_HEADER = "ym-timestamp"
NONCE_HEADER = "ym-nonce"
SIGNATURE_HEADER = "ym-signature"

#: How far two clocks may be apart, and how long a nonce is remembered (both directions of the skew).
SKEW = timedelta(minutes=5)
REMEMBERED = 2 * SKEW

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class SignatureScheme(StrEnum):
    """The ways to sign."""

    SM3_HMAC = "sm3-hmac"
    SM2 = "sm2"


class SignatureFault(StrEnum):
    """Why a signed call is refused."""

    MISSING = "missing"
    KEY = "key"
    SKEW = "skew"
    NONCE = "nonce"
    SIGNATURE = "signature"


class Signer(Protocol):
    """Who signs outgoing texts."""

    @property
    def scheme(self) -> SignatureScheme:
        """By which scheme."""
        ...

    def sign(self, text: bytes) -> str:
        """The signature, as it stands in the header."""
        ...


class Verifier(Protocol):
    """Who knows whether an incoming text is the other side's."""

    def fits(self, text: bytes, signature: str) -> bool:
        """Whether `signature`, as it stood in the header, is one of `text`."""
        ...


@dataclass(frozen=True)
class SharedKey:
    """Signs and verifies by SM3-HMAC."""

    key: bytes
    scheme: SignatureScheme = SignatureScheme.SM3_HMAC

    def sign(self, text: bytes) -> str:
        """`sm3-hmac=<hex>`."""
        return f"{self.scheme}={sm3_hmac(self.key, text).hex()}"

    def fits(self, text: bytes, signature: str) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())


@dataclass(frozen=True)
class PrivateKey:
    """Signs by SM2: `private` 32 bytes, `public` 64 bytes (x, y)."""

    private: bytes
    public: bytes
    scheme: SignatureScheme = SignatureScheme.SM2

    def sign(self, text: bytes) -> str:
        """`sm2=<Base64 of the DER signature>`."""
        return f"{self.scheme}={base64.b64encode(sm2_sign(self.private, self.public, text)).decode()}"


@dataclass(frozen=True)
class PublicKey:
    """Verifies SM2 signatures of the owner of `public` (64 bytes)."""

    public: bytes

    def fits(self, text: bytes, signature: str) -> bool:
        """False for another scheme, another key and anything unreadable."""
        scheme, _equals, value = signature.partition("=")
        if scheme != SignatureScheme.SM2:
            return False
        try:
            return bool(sm2_verify(self.public, text, base64.b64decode(value, validate=True)))
        except (binascii.Error, ValueError, GmsslInnerError):
            return False


@dataclass(frozen=True)
class SignedCall:
    """A call as both sides see it: `target` is the path with its query, as it stands in the request line."""

    method: str
    target: str
    body: bytes = b""
    body_digest: str = ""
    """SM3 of a body that nobody holds in memory."""


def sign_call(signer: Signer, key_id: str, call: SignedCall, now: datetime, nonce: str) -> dict[str, str]:
    """The headers that sign `call`."""
    seconds = str(int(now.timestamp()))
    return {
        KEY_HEADER: key_id,
        TIME_HEADER: seconds,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: signer.sign(_call_text(call, seconds, nonce)),
    }


def check_call(
    verifier: Verifier, call: SignedCall, headers: Mapping[str, str], now: datetime
) -> SignatureFault | None:
    """Why the headers (names in lower case) do not sign `call` at `now`; None when they do. The nonce is the caller's to remember."""
    seconds, nonce = headers.get(TIME_HEADER, ""), headers.get(NONCE_HEADER, "")
    if not seconds or not nonce or not headers.get(SIGNATURE_HEADER):
        return SignatureFault.MISSING
    if not _NONCE.fullmatch(nonce):
        return SignatureFault.NONCE
    if not _is_fresh(seconds, now):
        return SignatureFault.SKEW
    return (
        None if verifier.fits(_call_text(call, seconds, nonce), headers[SIGNATURE_HEADER]) else SignatureFault.SIGNATURE
    )


def sign_answer(signer: Signer, status: int, body: bytes, nonce: str, now: datetime) -> dict[str, str]:
    """The headers that sign an answer to the call with `nonce`."""
    seconds = str(int(now.timestamp()))
    return {TIME_HEADER: seconds, SIGNATURE_HEADER: signer.sign(_answer_text(status, body, nonce, seconds))}


def check_answer(
    verifier: Verifier, status: int, body: bytes, headers: Mapping[str, str], nonce: str, now: datetime
) -> SignatureFault | None:
    """Why the headers do not sign this answer to the call with `nonce`; None when they do."""
    seconds, signature = headers.get(TIME_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
    if not seconds or not signature:
        return SignatureFault.MISSING
    if not _is_fresh(seconds, now):
        return SignatureFault.SKEW
    return None if verifier.fits(_answer_text(status, body, nonce, seconds), signature) else SignatureFault.SIGNATURE


def digest(body: bytes) -> str:
    """SM3 in hex."""
    hashed: bytes = sm3_hash(body)
    return hashed.hex()


def file_digest(file: BinaryIO) -> str:
    """SM3 of a whole file in hex, read in pieces where the system's OpenSSL knows SM3."""
    file.seek(0)
    try:
        return hashlib.file_digest(file, "sm3").hexdigest()  # type: ignore[arg-type]
    except ValueError:
        return digest(file.read())


def _call_text(call: SignedCall, seconds: str, nonce: str) -> bytes:
    told = call.body_digest or digest(call.body)
    return "\n".join((call.method.upper(), call.target, seconds, nonce, told)).encode()


def _answer_text(status: int, body: bytes, nonce: str, seconds: str) -> bytes:
    return "\n".join((str(status), nonce, seconds, digest(body))).encode()


def _is_fresh(seconds: str, now: datetime) -> bool:
    try:
        return abs(int(seconds) - now.timestamp()) <= SKEW.total_seconds()
    except (ValueError, OverflowError):
        return False
