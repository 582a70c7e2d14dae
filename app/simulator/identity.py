"""By what the simulator signs and knows the other side: what it was told once is kept for the next start."""

from gmssl_pyx import GmsslInnerError, normalize_sm2_public_key, sm2_key_generate
from sqlalchemy.orm import Session

from app.exchange.signatures import PrivateKey, PublicKey, SharedKey
from app.simulator import state
from app.simulator.responder import Keys

_PUBLIC_KEY_LENGTH = 64


class KeyFaultError(ValueError):
    """A key that is none, or half of what is needed."""


def keep_keys(session: Session, key_id: str, key: str) -> Keys | None:
    """The keys of id and `key` in hex as `yumiao partner create` prints them, else those of the last start; None without any.

    A key of 64 bytes is the other side's SM2 public key; then this side signs with a pair of its own. Raises `KeyFaultError`.
    """
    if bool(key_id) != bool(key):
        raise KeyFaultError("--key-id and --key go together")
    if key:
        _keys(session, key_id, key)
        state.write(session, "key", {"id": key_id, "key": key})
    last = state.read(session, "key")
    return _keys(session, last["id"], last["key"]) if last else None


def own_pair(session: Session) -> tuple[bytes, bytes]:
    """Its own SM2 pair, private and public key; made when it is first asked for."""
    kept = state.read(session, "pair")
    if kept is None:
        public, private = sm2_key_generate()
        kept = {"private": private.hex(), "public": public.hex()}
        state.write(session, "pair", kept)
    return bytes.fromhex(kept["private"]), bytes.fromhex(kept["public"])


def _keys(session: Session, key_id: str, key: str) -> Keys:
    try:
        reported = bytes.fromhex(key)
        if len(reported) == _PUBLIC_KEY_LENGTH:
            return Keys(key_id, PrivateKey(*own_pair(session)), PublicKey(normalize_sm2_public_key(reported)))
    except (ValueError, GmsslInnerError):
        raise KeyFaultError("--key is neither a shared key nor an SM2 public key in hex") from None
    return Keys(key_id, SharedKey(reported), SharedKey(reported))
