"""Keys lie sealed, sign and verify on both sides; certificates are read, pinned, and hold for their days."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from gmssl_pyx import sm2_key_generate

from app.exchange.partners.certificates import read_certificate
from app.exchange.partners.keys import make_key, signer_of, verifier_of
from app.exchange.partners.models import Partner
from app.exchange.signatures import PrivateKey, PublicKey, SharedKey, SignatureScheme
from app.kit.errors import Conflict, Invalid
from app.simulator.certificate import VALID_FOR, make_certificate
from tests.factories.partners import SECRET

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)


def pair() -> PrivateKey:
    """A pair of SM2 keys."""
    public, private = sm2_key_generate()
    return PrivateKey(private, public)


def certificate(key: PrivateKey, begins_at: datetime = NOW) -> str:
    """A certificate of a fictional partner, valid for a year."""
    return make_certificate(key.private, key.public, "Province (fictional)", begins_at)


def partner(scheme: SignatureScheme) -> Partner:
    return Partner(code="province", name="省级系统（示例）", scheme=scheme, sealed_key="", certificate="")


def test_the_shared_key_that_is_told_verifies_what_we_sign_and_the_other_way_round() -> None:
    ours = partner(SignatureScheme.SM3_HMAC)
    theirs = SharedKey(bytes.fromhex(make_key(ours, SECRET)))
    assert theirs.fits(b"text", signer_of(ours, SECRET).sign(b"text"))
    assert verifier_of(ours, SECRET, NOW).fits(b"text", theirs.sign(b"text"))
    assert not verifier_of(ours, SECRET, NOW).fits(b"other", theirs.sign(b"text"))
    assert theirs.key.hex() not in ours.sealed_key


def test_the_public_key_that_is_told_verifies_what_we_sign_by_sm2() -> None:
    ours = partner(SignatureScheme.SM2)
    told = PublicKey(bytes.fromhex(make_key(ours, SECRET)))
    assert told.fits(b"text", signer_of(ours, SECRET).sign(b"text"))


def test_the_certificate_verifies_what_the_partner_signs_by_sm2() -> None:
    ours, theirs = partner(SignatureScheme.SM2), pair()
    ours.certificate = certificate(theirs)
    assert verifier_of(ours, SECRET, NOW).fits(b"text", theirs.sign(b"text"))
    assert not verifier_of(ours, SECRET, NOW).fits(b"text", pair().sign(b"text"))


def test_every_key_is_another_one() -> None:
    ours = partner(SignatureScheme.SM3_HMAC)
    first, first_id = make_key(ours, SECRET), ours.key_id
    assert make_key(ours, SECRET) != first
    assert ours.key_id != first_id


def test_a_key_opens_only_with_the_secret_of_the_deployment_and_for_its_partner() -> None:
    ours = partner(SignatureScheme.SM3_HMAC)
    make_key(ours, SECRET)
    with pytest.raises(Conflict) as refused:
        signer_of(ours, b"another secret")
    assert refused.value.code == "partner.key_unreadable"
    ours.code = "other"
    with pytest.raises(Conflict):
        signer_of(ours, SECRET)


def test_without_key_or_certificate_nothing_is_signed_or_believed() -> None:
    with pytest.raises(Conflict) as missing:
        signer_of(partner(SignatureScheme.SM3_HMAC), SECRET)
    assert missing.value.code == "partner.key_missing"
    with pytest.raises(Conflict) as unknown:
        verifier_of(partner(SignatureScheme.SM2), SECRET, NOW)
    assert unknown.value.code == "partner.certificate_missing"


def test_a_certificate_is_read_as_it_is() -> None:
    theirs = pair()
    found = read_certificate(certificate(theirs))
    assert (found.public, found.begins_at, found.ends_at) == (theirs.public, NOW, NOW + VALID_FOR)
    assert found.subject == "CN=Province (fictional)"


@pytest.mark.parametrize(
    ("begins_at", "code"),
    [
        (NOW - VALID_FOR - timedelta(seconds=1), "partner.certificate_expired"),
        (NOW + timedelta(seconds=1), "partner.certificate_early"),
    ],
)
def test_outside_its_days_a_certificate_proves_nothing(begins_at: datetime, code: str) -> None:
    ours = partner(SignatureScheme.SM2)
    ours.certificate = certificate(pair(), begins_at)
    with pytest.raises(Conflict) as refused:
        verifier_of(ours, SECRET, NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "证书"],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_certificate(text)
    assert set(refused.value.fields) == {"certificate"}


def test_a_certificate_of_another_curve_is_refused() -> None:
    lines = certificate(pair()).splitlines()
    content = base64.b64decode("".join(lines[1:-1]))
    other = content.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107"))
    assert other != content
    with pytest.raises(Invalid, match="SM2"):
        read_certificate("\n".join([lines[0], base64.b64encode(other).decode(), lines[-1]]))


def test_a_certificate_cut_anywhere_is_refused_and_nothing_breaks() -> None:
    lines = certificate(pair()).splitlines()
    for kept in range(1, len(lines) - 2):
        with pytest.raises(Invalid):
            read_certificate("\n".join([*lines[:kept], lines[-1]]))
