"""Journal events as lines that people read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from app.journal.domain import EVENTS, EventType
from app.journal.models import JournalEvent
from app.kit.db import composition_of
from app.kit.i18n import N_, _
from app.kit.money import format_yuan
from app.kit.slices import Composition
from app.programmes.queries import load_catalogue
from app.reference.queries import (
    field_names,
    label_of,
    list_industry_names,
    list_parks,
    list_region_names,
    list_terms,
)

#: How a field without a value reads.
NOTHING = "—"

#: Where the bureau's pages show a subject by the identifier that its events carry.
_ADDRESSES = {
    "enterprise": "/subjects/enterprise",
    "case": "/cases",
    "commissioner": "/commissioners",
    "incentive": "/incentives",
    "visit_round": "/visits/rounds",
}

_ACTORS = {
    "system": N_("系统"),
    "anonymous": N_("访客"),
}


@dataclass(frozen=True)
class ChangeLine:
    """One changed field, from what to what."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class TimelineLine:
    """One event: when, who, what was done to whom (`url` is where the bureau shows it, "" for nowhere), and the changed fields."""

    position: int
    at: datetime
    actor: str
    text: str
    subject_kind: str
    subject_id: str
    subject_label: str
    url: str
    note: str
    changes: tuple[ChangeLine, ...]


#: How a code of a vocabulary of the reference tables reads; the code itself where it is not on file.
Term = Callable[[str, str], str]


def unknown_term(vocabulary: str, code: str) -> str:
    """For what is shown without its changes: nothing is looked up."""
    return code


@dataclass(frozen=True)
class Wording:
    """The display texts of all slices' events, put together: how types, fields and coded values read.

    `values` explains the codes of a field itself, `vocabularies` names the vocabulary that does.
    """

    types: Mapping[str, EventType]
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vocabularies: Mapping[str, str] = field(default_factory=dict)

    def line(self, event: JournalEvent, term: Term = unknown_term) -> TimelineLine:
        """`event` in the current language; what the journal keeps as a code reads as its name now."""
        known = self.types.get(event.type)
        return TimelineLine(
            position=event.position,
            at=event.at,
            actor=_(_ACTORS[event.actor_kind]) if event.actor_kind in _ACTORS else event.actor_name,
            text=_(known.label) if known else event.type,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            subject_label=event.subject_label,
            url=_address(event.subject_kind, event.subject_id),
            note=_note(known, str(event.data.get("note") or event.data.get("reason") or ""), term),
            changes=tuple(
                line
                for name, (before, after) in event.changes.items()
                if (line := self._change(names_of(event, name), before, after, term))
            ),
        )

    def coded(self, events: Iterable[JournalEvent]) -> Iterator[tuple[str, str]]:
        """The codes of vocabularies in these events, each with its vocabulary."""
        for event in events:
            known = self.types.get(event.type)
            for vocabulary in known.note_terms if known else ():
                yield vocabulary, ""
            for name, pair in event.changes.items():
                if vocabulary := _first(self.vocabularies, names_of(event, name)):
                    yield from ((vocabulary, code) for item in pair for code in _codes(item))

    def _change(self, names: tuple[str, ...], before: Any, after: Any, term: Term) -> ChangeLine | None:
        """One changed field, known under one of `names`; None where a reader sees no difference (nothing and empty)."""
        values, vocabulary = _first(self.values, names) or {}, _first(self.vocabularies, names)

        def word(item: Any) -> Any:
            if isinstance(item, list):
                return [word(one) for one in item]
            if str(item) in values and not isinstance(item, bool):
                return _(values[str(item)])
            return term(vocabulary, item) if vocabulary and isinstance(item, str) and item else item

        shown = [_show_field(names[-1], word(item)) for item in (before, after)]
        label = _first(self.fields, names)
        return ChangeLine(_(label) if label else names[-1], *shown) if shown[0] != shown[1] else None


def wording_of(composition: Composition) -> Wording:
    """The display texts of every slice's events."""
    found = composition.of(EVENTS)
    return Wording(
        types={each.code: each for words in found for each in words.types},
        fields={name: reported for words in found for name, reported in words.fields.items()},
        values={name: reported for words in found for name, reported in words.values.items()},
        vocabularies={name: reported for words in found for name, reported in words.vocabularies.items()},
    )


def names_of(event: JournalEvent, name: str) -> tuple[str, ...]:
    """Under which names a changed field of the event may be known, the closest first."""
    return f"{event.type.partition('.')[0]}.{name}", f"{event.subject_kind}.{name}", name


def _first(known: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((known[name] for name in names if name in known), None)


def _codes(item: Any) -> list[str]:
    return [one for one in (item if isinstance(item, list) else [item]) if isinstance(one, str) and one]


def _note(known: EventType | None, note: str, term: Term) -> str:
    """A note whose words may be codes, told by their names."""
    for vocabulary in known.note_terms if known else ():
        note = " ".join(term(vocabulary, word) for word in note.split(" "))
    return note


def _address(kind: str, key: str) -> str:
    base = _ADDRESSES.get(kind)
    return f"{base}/{quote(key)}" if base else ""


def _show_field(name: str, value: Any) -> str:
    if name.endswith("_fen") and isinstance(value, int):
        return _("%(amount)s 元") % {"amount": format_yuan(value)}
    return _show(value)


def _show(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(_show(item) for item in value) or NOTHING
    if isinstance(value, dict):
        return "；".join(f"{key} {_show(item)}" for key, item in value.items()) or NOTHING
    return str(value)


def timeline_lines(session: Session, events: Sequence[JournalEvent]) -> tuple[TimelineLine, ...]:
    """Events as lines for the timeline component."""
    wording = composition_of(session).made(wording_of)
    term = terms_of(session, wording.coded(events))
    return tuple(wording.line(event, term) for event in events)


def terms_of(session: Session, coded: Iterable[tuple[str, str]]) -> Term:
    """How these codes of vocabularies read; a query a kind of table that is needed, none where nothing is coded."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for vocabulary, code in coded:
        wanted[vocabulary].add(code)
    names: dict[str, Mapping[str, str]] = {}
    if codes := wanted.pop("region", None):
        names["region"] = list_region_names(session, codes)
    if codes := wanted.pop("industry", None):
        names["industry"] = list_industry_names(session, codes)
    if wanted.pop("park", None):
        names["park"] = {park.code: label_of(park) for park in list_parks(session)}
    if wanted.pop("programme", None):
        names["programme"] = {code: str(each.title) for code, each in load_catalogue(session).known().items()}
    if wanted.pop("field", None):
        names["field"] = field_names(session)
    if wanted:
        found = list_terms(session, *sorted(wanted))
        names |= {vocabulary: {term.code: term.label for term in terms} for vocabulary, terms in found.items()}
    return lambda vocabulary, code: names.get(vocabulary, {}).get(code, code)
