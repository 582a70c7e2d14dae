"""The simulator's own certificate: X.509 (GB/T 20518-2018), signed by itself with SM2. Pure.

Written in DER here, because no library at hand makes certificates with SM2 keys.
"""

import base64
from datetime import datetime, timedelta
from textwrap import wrap

from gmssl_pyx import sm2_sign

VALID_FOR = timedelta(days=365)

#: ecPublicKey on sm2p256v1 (1.2.156.10197.1.301); SM2 with SM3 (1.2.156.10197.1.501).
_KEY_ALGORITHM = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
_SIGNED_WITH = bytes.fromhex("300a06082a811ccf55018375")
_COMMON_NAME = bytes.fromhex("0603550403")
_INTEGER, _BITS, _TEXT, _TIME, _SEQUENCE, _SET, _VERSION = 0x02, 0x03, 0x0C, 0x17, 0x30, 0x31, 0xA0


def make_certificate(private: bytes, public: bytes, name: str, now: datetime) -> str:
    """A certificate in PEM for the key pair (32 and 64 bytes) of `name`, valid for a year from `now`."""
    subject = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _COMMON_NAME, _der(_TEXT, name.encode()))))
    content = _der(
        _SEQUENCE,
        _der(_VERSION, _der(_INTEGER, b"\x02")),
        _der(_INTEGER, b"\x01" + public[:8]),
        _SIGNED_WITH,
        subject,
        _der(_SEQUENCE, _time(now), _time(now + VALID_FOR)),
        subject,
        _der(_SEQUENCE, _KEY_ALGORITHM, _der(_BITS, b"\x00\x04", public)),
    )
    signature = sm2_sign(private, public, content)
    whole = _der(_SEQUENCE, content, _SIGNED_WITH, _der(_BITS, b"\x00", signature))
    lines = wrap(base64.b64encode(whole).decode(), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content


def _time(instant: datetime) -> bytes:
    return _der(_TIME, instant.strftime("%y%m%d%H%M%SZ").encode())
