"""Passwords as argon2 hashes. The cost is OWASP's floor for an interactive sign-in; tests use the least."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.domain import DEMO_PASSWORD, check_password
from app.kit.errors import Invalid


@dataclass(frozen=True)
class Passwords:
    """How a deployment takes passwords: hashed `cheap` in tests; the one of the demo is good for an account only where `demo`.

    Hashing takes long: what a request needs of it is `tried` and `made` before its transaction, and found again here.
    """

    cheap: bool = False
    demo: bool = False
    tried: Mapping[tuple[str, str | None], bool] = field(default_factory=dict, repr=False)
    """Whether a password fits the hash that stood there; None for a hash where there was no such account."""
    made: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The hash of a new password."""

    def having_tried(self, password: str, kept: str | None) -> "Passwords":
        """The same, knowing whether `password` fits `kept`."""
        return replace(self, tried={**self.tried, (password, kept): password_matches(password, kept)})

    def having_made(self, password: str) -> "Passwords":
        """The same, knowing the hash of a new password; of one that cannot be taken there is none."""
        try:
            return replace(self, made={**self.made, password: self.kept(password)})
        except Invalid:
            return self

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether `password` belongs to `kept`; tried now where it was not tried with that very hash before."""
        known = self.tried.get((password, kept))
        return password_matches(password, kept) if known is None else known

    def kept(self, password: str, field: str = "password") -> str:
        """The hash to keep of a new password; raises `Invalid` beside `field` for one that cannot be taken."""
        check_password(password, demo=self.demo, field=field)
        return self.made.get(password) or hash_password(password, cheap=self.cheap)

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
