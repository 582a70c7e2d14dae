"""The errors that business code raises; doors turn them into a page or a problem document."""

from collections.abc import Mapping


class DomainError(Exception):
    """Something the caller asked for cannot be done.

    `code` is a stable dotted name that callers may rely on; `message` says in the reader's language what is
    wrong, why and what to do; `fields` maps a form field or request parameter to its own message.
    """

    status = 422

    def __init__(self, code: str, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})


class Invalid(DomainError):
    """The input breaks a rule."""

    status = 422


class Unauthenticated(DomainError):
    """Nobody is signed in, or the credentials are wrong. `challenge` tells a machine what it lacks (RFC 9110 §11.6.1)."""

    status = 401
    challenge = 'Bearer realm="yumiao", error="invalid_token"'


class Forbidden(DomainError):
    """The actor is known and may not do this."""

    status = 403


class NotFound(DomainError):
    """There is no such thing, or it lies outside what the actor may see."""

    status = 404


class Conflict(DomainError):
    """Someone else was faster, or the state of things does not allow it."""

    status = 409


class TooLarge(DomainError):
    """The request carries more than its limit."""

    status = 413


class Unavailable(DomainError):
    """A service that this one needs does not answer; nothing was kept, and it may work again soon."""

    status = 503


class TooMany(DomainError):
    """Too many tries; `retry_after` is in seconds."""

    status = 429

    def __init__(self, code: str, message: str, retry_after: int) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class SeedError(Exception):
    """A file under `seeds/` is wrong; the text names file, line and key, and says what to write instead."""
