"""Pure parts of the journal: what an event is, how it is chained, how a difference is told."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import NoneType
from typing import Any, Self

import orjson

from app.kit.actor import Actor
from app.kit.slices import Port

GENESIS = "0" * 64

Change = tuple[Any, Any]


@dataclass(frozen=True)
class SubjectKey:
    """What changed: the aggregate (an enterprise, a case …), its label at the time, and its place for scoping."""

    kind: str
    id: str
    label: str
    enterprise_id: int | None = None
    region_code: str = ""


class EventType(str):
    """A kind of event: its code, with its name for people (a gettext message); `note_terms` are the vocabularies whose codes its notes hold."""

    label: str
    note_terms: tuple[str, ...]

    def __new__(cls, code: str, label: str, note_terms: tuple[str, ...] = ()) -> Self:
        """The code is what the journal keeps."""
        made = super().__new__(cls, code)
        made.label, made.note_terms = label, note_terms
        return made

    @property
    def code(self) -> str:
        """The plain code."""
        return str(self)


@dataclass(frozen=True)
class EventWords:
    """The types of a slice's events and how they read: labels of fields, words for coded values, vocabularies that explain codes."""

    types: tuple[EventType, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vocabularies: Mapping[str, str] = field(default_factory=dict)


EVENTS: Port[EventWords] = Port("event type", EventWords, keys=lambda words: (each.code for each in words.types))


@dataclass(frozen=True)
class PendingEvent:
    """An event before it has its position."""

    actor: Actor
    at: datetime
    type: str
    subject: SubjectKey
    changes: Mapping[str, Change]
    data: Mapping[str, Any]
    private: Mapping[str, Any] = field(default_factory=dict)


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Change]:
    """The fields of `after` whose value differs from `before`, as (before, after) in plain JSON values."""
    return {
        key: (plain(before.get(key)), plain(value))
        for key, value in after.items()
        if plain(before.get(key)) != plain(value)
    }


_AS_THEY_ARE = frozenset({NoneType, bool, int})


def plain(value: Any) -> Any:
    """`value` in terms that JSON keeps exactly on both databases (no floats)."""
    kind = type(value)
    if kind is str:
        return value.replace("\x00", "")
    if kind in _AS_THEY_ARE:
        return value
    if kind is list or kind is tuple:
        # Without a call for each: an import plains a dozen pairs of values a row.
        return [
            item if (of := type(item)) in _AS_THEY_ARE else item.replace("\x00", "") if of is str else plain(item)
            for item in value
        ]
    if kind is dict:
        return {str(key): plain(item) for key, item in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    """The same for what is rarer, or a kind of something else."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, Fraction, float)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)


def private_content(values: Mapping[str, Any]) -> str:
    """Personal values as the text that is stored and hashed."""
    return orjson.dumps(plain(values), option=orjson.OPT_SORT_KEYS).decode()


def private_digest(salt: str, content: str) -> str:
    """The hash by which the chain covers personal values."""
    return hashlib.sha256(f"{salt}{content}".encode()).hexdigest()


#: Fields that the hash covers, in no particular order (keys are sorted).
HASHED = (
    "position",
    "type",
    "actor_kind",
    "actor_id",
    "actor_name",
    "subject_kind",
    "subject_id",
    "subject_label",
    "enterprise_id",
    "region_code",
    "changes",
    "data",
    "private_hash",
    "previous_hash",
)


def event_digest(row: Mapping[str, Any]) -> str:
    """The hash of one event, `row["at"]` being an aware datetime; it covers the previous event's hash."""
    covered = {key: row[key] for key in HASHED}
    covered["at"] = row["at"].astimezone(UTC).isoformat()
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()
