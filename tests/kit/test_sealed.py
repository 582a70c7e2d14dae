"""SM4 and SM3 against the published vectors, and what sealing promises."""

import pytest
from gmssl_pyx import sm3_hash, sm4_cbc_padding_encrypt, sm4_ctr_encrypt, sm4_gcm_decrypt, sm4_gcm_encrypt

from app.kit.sealed import CannotOpenError, seal, unseal

SECRET = b"a secret that only the tests know"
KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_examples_of_the_standard(message: bytes, expected: str) -> None:
    """GB/T 32905-2016, annex A, examples 1 and 2."""
    assert sm3_hash(message).hex() == expected


def test_sm4_gives_the_example_of_the_standard() -> None:
    """GB/T 32907-2016, annex A.1, is one block in ECB, which the library leaves out (nobody should use it): the first block of
    CBC under an IV of zeros, and the key stream of CTR that begins at the plain block, are that same block."""
    block = "681edf34d206965e86b3e94f536e4246"
    assert sm4_cbc_padding_encrypt(KEY, bytes(16), KEY)[:16].hex() == block
    assert sm4_ctr_encrypt(KEY, KEY, bytes(16)).hex() == block


def test_sm4_gcm_gives_the_published_vector() -> None:
    """RFC 8998, appendix A.1."""
    nonce = bytes.fromhex("00001234567800000000abcd")
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("".join(pair * 8 for pair in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa")))
    sealed = (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    tag = "83de3541e4c2b58177e065a9bf7b62ec"
    cipher, made = sm4_gcm_encrypt(KEY, nonce, associated, plain)
    assert (cipher.hex(), made.hex()) == (sealed, tag)
    assert sm4_gcm_decrypt(KEY, nonce, associated, cipher, made) == plain


def test_what_is_sealed_is_read_again_and_never_sealed_twice_alike() -> None:
    sealed = seal(SECRET, "partner:province", b"the key")
    assert unseal(SECRET, "partner:province", sealed) == b"the key"
    assert sealed != seal(SECRET, "partner:province", b"the key")
    assert "the key" not in sealed


@pytest.mark.parametrize("spoil", ["secret", "purpose", "text", "cut", "letters", "empty"])
def test_another_secret_purpose_or_text_opens_nothing(spoil: str) -> None:
    sealed = seal(SECRET, "partner:province", b"the key")
    spoiled = {
        "secret": (b"another secret", "partner:province", sealed),
        "purpose": (SECRET, "partner:torch", sealed),
        "text": (SECRET, "partner:province", ("B" if sealed[0] == "A" else "A") + sealed[1:]),
        "cut": (SECRET, "partner:province", sealed[:24]),
        "letters": (SECRET, "partner:province", "不是密文"),
        "empty": (SECRET, "partner:province", ""),
    }
    with pytest.raises(CannotOpenError):
        unseal(*spoiled[spoil])
