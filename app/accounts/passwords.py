"""Passwords as argon2 hashes. The cost is OWASP's floor for an interactive sign-in; tests use the least."""

from dataclasses import dataclass
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.domain import DEMO_PASSWORD, check_password


@dataclass(frozen=True)
class Passwords:
    """How a deployment takes passwords: hashed `cheap` in tests; the one of the demo is good for an account only where `demo`."""

    cheap: bool = False
    demo: bool = False

    def kept(self, password: str, field: str = "password") -> str:
        """The hash to keep of a new password; raises `Invalid` beside `field` for one that cannot be taken."""
        return hash_password(check_password(password, demo=self.demo, field=field), cheap=self.cheap)

    def is_public(self, password: str) -> bool:
        """Whether everybody knows it, so that it lets nobody in."""
        return password == DEMO_PASSWORD and not self.demo


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
