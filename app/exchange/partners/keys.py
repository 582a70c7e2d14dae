"""The keys by which a partner and we sign: made, sealed, read again.

SM3-HMAC: one key for both sides. SM2: our pair of keys, one a partner, and the partner's public key from its certificate.
"""

import secrets
from datetime import datetime

from gmssl_pyx import sm2_key_generate

from app.exchange.partners.certificates import PartnerCertificate, read_certificate
from app.exchange.partners.models import Partner
from app.exchange.signatures import PrivateKey, PublicKey, SharedKey, SignatureScheme, Signer, Verifier
from app.kit.clock import today
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.sealed import CannotOpenError, seal, unseal

_SHARED_LENGTH = 32
_PRIVATE_LENGTH = 32


def make_key(partner: Partner, secret: bytes) -> str:
    """A new key for `partner`, sealed with the deployment's `secret` into its row; returns in hex what the partner must be told.

    That is the shared key, or our public key (x, y) for SM2.
    """
    partner.key_id = f"{partner.code}-{secrets.token_hex(4)}"
    if partner.scheme == SignatureScheme.SM3_HMAC:
        reported = kept = secrets.token_bytes(_SHARED_LENGTH)
    else:
        reported, private = sm2_key_generate()
        kept = private + reported
    partner.sealed_key = seal(secret, partner.code, kept)
    return reported.hex()


def signer_of(partner: Partner, secret: bytes) -> Signer:
    """Who signs what we send to `partner`; raises `Conflict` when there is no key, or it cannot be read."""
    kept = _kept(partner, secret)
    if partner.scheme == SignatureScheme.SM3_HMAC:
        return SharedKey(kept)
    return PrivateKey(kept[:_PRIVATE_LENGTH], kept[_PRIVATE_LENGTH:])


def verifier_of(partner: Partner, secret: bytes, now: datetime) -> Verifier:
    """Who knows the signatures of `partner`; raises `Conflict` without a key, and for a certificate that does not hold at `now`."""
    if partner.scheme == SignatureScheme.SM3_HMAC:
        return SharedKey(_kept(partner, secret))
    if not partner.certificate:
        raise Conflict("partner.certificate_missing", _("“%(name)s”的证书还没有上传。") % {"name": partner.name})
    certificate = read_certificate(partner.certificate)
    check_days(certificate, now)
    return PublicKey(certificate.public)


def check_days(certificate: PartnerCertificate, now: datetime) -> None:
    """Raises `Conflict` for a certificate that is not yet, or no longer, valid at `now`."""
    if now < certificate.begins_at:
        message = _("对方的证书自 %(on)s 起才有效。") % {"on": today(certificate.begins_at)}
        raise Conflict("partner.certificate_early", message, {"certificate": message})
    if now > certificate.ends_at:
        message = _("对方的证书已于 %(on)s 到期，请上传新的证书。") % {"on": today(certificate.ends_at)}
        raise Conflict("partner.certificate_expired", message, {"certificate": message})


def _kept(partner: Partner, secret: bytes) -> bytes:
    if not partner.sealed_key:
        raise Conflict("partner.key_missing", _("“%(name)s”还没有密钥。") % {"name": partner.name})
    try:
        return unseal(secret, partner.code, partner.sealed_key)
    except CannotOpenError:
        message = _("“%(name)s”的密钥无法打开：部署的密钥（YUMIAO_SECRET_KEY）已更换。请更换密钥并告知对方。") % {
            "name": partner.name
        }
        raise Conflict("partner.key_unreadable", message) from None
