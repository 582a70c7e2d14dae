"""From an answer as it came to what it says: signed, complete JSON of the right kind, or a `CallError` that tells what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from app.exchange.delivery.reasons import CallError
from app.exchange.handovers.schemas import AnyReceipt
from app.exchange.signatures import SignatureFault, Verifier, check_answer

#: What is kept of an answer, in characters.
KEPT_TEXT = 2_000
#: However long a partner asks us to wait, we ask again after this.
LONGEST_PAUSE = timedelta(hours=1)

_SUCCESS = frozenset({200, 201})
_BY_STATUS = {
    400: "invalid",
    401: "refused",
    403: "refused",
    404: "unknown",
    409: "conflict",
    413: "oversized",
    422: "invalid",
    429: "busy",
}
#: What changes rows of ours is believed only when it is signed.
_SIGNED_ONLY = frozenset({"invalid", "unknown", "conflict"})
_FAULTS = {SignatureFault.MISSING: "unsigned", SignatureFault.SKEW: "skew"}

_receipt: TypeAdapter[AnyReceipt] = TypeAdapter(AnyReceipt)


@dataclass(frozen=True)
class Raw:
    """An answer as it came over the line; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """What a person can read of it, cut."""
        return self.body[: 4 * KEPT_TEXT].decode("utf-8", "replace").replace("\x00", "")[:KEPT_TEXT]


@dataclass(frozen=True)
class Receipts:
    """What an answer says of records: receipts, and how many could not be read as one."""

    readable: list[AnyReceipt]
    unreadable: int


def check(raw: Raw, verifier: Verifier, nonce: str, now: datetime) -> dict[str, Any]:
    """The content of an answer to the call with `nonce`; raises `CallError`."""
    fault = check_answer(verifier, raw.status, raw.body, raw.headers, nonce, now)
    if raw.status not in _SUCCESS:
        raise _refusal(raw, fault, now)
    if not raw.headers.get("content-type", "").startswith("application/json"):
        raise CallError("content_type", raw.headers.get("content-type", "")[:80], status=raw.status, text=raw.text)
    if fault is not None:
        raise CallError(_FAULTS.get(fault, "signature"), status=raw.status, text=raw.text)
    content = _content(raw.body)
    if not isinstance(content, dict):
        raise CallError("unreadable", status=raw.status, text=raw.text)
    return content


def part_of(content: Mapping[str, Any], name: str, raw: Raw) -> list[Any]:
    """The list `name` of an answer; raises `CallError` where there is none."""
    found = content.get(name)
    if not isinstance(found, list):
        raise CallError("unreadable", name, status=raw.status, text=raw.text)
    return found


def read_receipts(items: Sequence[Any]) -> Receipts:
    """Each receipt that is one; what is none is counted, and changes nothing."""
    readable: list[AnyReceipt] = []
    for item in items:
        try:
            readable.append(_receipt.validate_python(item))
        except ValidationError:
            continue
    return Receipts(readable, len(items) - len(readable))


def _refusal(raw: Raw, fault: SignatureFault | None, now: datetime) -> CallError:
    code = _BY_STATUS.get(raw.status, "server" if raw.status >= 500 else "status")
    if code in _SIGNED_ONLY and fault is not None:
        code = _FAULTS.get(fault, "signature")
    said = _said(raw) if fault is None else ""
    detail = f"HTTP {raw.status} {said}".strip()
    pause = _pause(raw.headers.get("retry-after", ""), now) if raw.status in (429, 503) else None
    return CallError(code, detail, status=raw.status, text=raw.text, pause=pause)


def _said(raw: Raw) -> str:
    """What the partner says of itself, as a problem document or alike."""
    content = _content(raw.body)
    words = [content.get(name) for name in ("detail", "title", "code")] if isinstance(content, dict) else []
    return next((word[:200] for word in words if isinstance(word, str) and word), "")


def _content(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _pause(header: str, now: datetime) -> timedelta | None:
    """What `Retry-After` asks for, in seconds or as a date; None when it says nothing readable."""
    try:
        asked = timedelta(seconds=int(header)) if header.strip().isdigit() else parsedate_to_datetime(header) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(asked, timedelta()), LONGEST_PAUSE)
