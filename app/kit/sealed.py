"""Secrets that must be read again (the keys by which partners sign) lie sealed in the database: SM4-GCM under a key of the
deployment's own secret (GB/T 32907-2016). A copy of the database without that secret opens none of them.
"""

import base64
import binascii
import secrets

from gmssl_pyx import GmsslInnerError, sm3_kdf, sm4_gcm_decrypt, sm4_gcm_encrypt

_KEY_LENGTH = 16
_NONCE_LENGTH = 12
_TAG_LENGTH = 16


class CannotOpenError(Exception):
    """The seal does not fit: the secret of the deployment was changed, or the text was."""


def seal(secret: bytes, purpose: str, plain: bytes) -> str:
    """`plain` as text that only `unseal` with the same secret and purpose reads again; never twice the same."""
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    sealed, tag = sm4_gcm_encrypt(_key(secret), nonce, purpose.encode(), plain)
    return base64.b64encode(nonce + tag + sealed).decode()


def unseal(secret: bytes, purpose: str, sealed: str) -> bytes:
    """What was sealed; raises `CannotOpenError`."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        nonce, tag = raw[:_NONCE_LENGTH], raw[_NONCE_LENGTH : _NONCE_LENGTH + _TAG_LENGTH]
        plain: bytes = sm4_gcm_decrypt(_key(secret), nonce, purpose.encode(), raw[_NONCE_LENGTH + _TAG_LENGTH :], tag)
    except (binascii.Error, ValueError, GmsslInnerError) as error:
        raise CannotOpenError from error
    return plain


def _key(secret: bytes) -> bytes:
    key: bytes = sm3_kdf(b"yumiao sealing" + secret, _KEY_LENGTH)
    return key
