"""A partner's certificate: X.509 with an SM2 key (GM/T 0015-2012), read for its key and its days; pinned by upload, not by a chain."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from gmssl_pyx import GmsslInnerError, normalize_sm2_public_key

from app.kit.errors import Invalid
from app.kit.i18n import _

#: The DER of an SM2 key up to its point: ecPublicKey (1.2.840.10045.2.1) on sm2p256v1 (1.2.156.10197.1.301), uncompressed.
_SM2_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_VERSION_TAG = 0xA0
_FIELDS_BEFORE_KEY = 5


@dataclass(frozen=True)
class PartnerCertificate:
    """What is taken from a certificate: the SM2 public key (64 bytes: x, y), whose it is, from when until when it holds."""

    public: bytes
    subject: str
    begins_at: datetime
    ends_at: datetime


def read_certificate(text: str) -> PartnerCertificate:
    """The certificate in PEM; raises `Invalid("partner.certificate")` for anything else and for another kind of key."""
    try:
        found = x509.load_pem_x509_certificate(text.strip().encode())
        return PartnerCertificate(
            public=_sm2_key(found.tbs_certificate_bytes),
            subject=found.subject.rfc4514_string(),
            begins_at=found.not_valid_before_utc,
            ends_at=found.not_valid_after_utc,
        )
    except _OtherKeyError:
        message = _("证书中的公钥不是 SM2 公钥（曲线 1.2.156.10197.1.301）。")
    except (ValueError, IndexError):
        message = _("无法读取证书。请上传 PEM 格式（以 -----BEGIN CERTIFICATE----- 开头）的 X.509 证书。")
    raise Invalid("partner.certificate", message, {"certificate": message})


class _OtherKeyError(Exception):
    """The key is none of SM2."""


def _sm2_key(content: bytes) -> bytes:
    """The key of the certificate's content: after an optional version stand number, algorithm, issuer, days and subject."""
    _tag, start, _end = _element(content, 0)
    tag, _start, end = _element(content, start)
    at = end if tag == _VERSION_TAG else start
    for _field in range(_FIELDS_BEFORE_KEY):
        at = _element(content, at)[2]
    key = content[at : _element(content, at)[2]]
    if not key.startswith(_SM2_KEY):
        raise _OtherKeyError
    try:
        return bytes(normalize_sm2_public_key(key[len(_SM2_KEY) :]))
    except GmsslInnerError:
        raise _OtherKeyError from None


def _element(content: bytes, at: int) -> tuple[int, int, int]:
    """Tag, beginning and end of the content of the DER element at `at`."""
    length, start = content[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(content[start : start + count]), start + count
    return content[at], start, start + length
