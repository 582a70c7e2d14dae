"""Passwords as argon2 hashes. The cost is OWASP's floor for an interactive sign-in; tests use the least."""

from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


@lru_cache
def _hasher(cheap: bool) -> PasswordHash:
    if cheap:
        return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    return PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


def hash_password(password: str, *, cheap: bool = False) -> str:
    """The hash to keep of `password`."""
    return _hasher(cheap).hash(password)


def password_matches(password: str, kept: str | None) -> bool:
    """Whether `password` belongs to `kept`; costs the same when there is no such account."""
    if kept is None:
        _hasher(False).verify(password, _dummy())
        return False
    return _hasher(False).verify(password, kept)


@lru_cache
def _dummy() -> str:
    return hash_password("nobody has this password")
