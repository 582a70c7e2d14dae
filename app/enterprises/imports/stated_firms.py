"""What a list about certificates, figures … tells of its firms beside them: of a firm that several rows tell, the first of each field stands."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.entries import digest
from app.enterprises.imports.firm.decision import CAPITAL, FILLS
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed
from app.kit.i18n import _

_SHOWN = 6
_LONGEST = 40
#: What says which firm a row is about is looked at for itself.
_WHICH = frozenset({"uscc", "name"})
_NOTHING = (None, "")


@dataclass(frozen=True)
class StatedValue:
    """What a row told of a field first, in its own words too; a capital is one value, with its parts."""

    value: Any
    text: str
    row: int


@dataclass
class StatedFirms:
    """What was told first of the firms that stand in several rows (`twice`, shortened codes); of the others nothing is remembered."""

    twice: Collection[bytes] = frozenset()
    first: dict[bytes, dict[str, StatedValue]] = field(default_factory=dict)

    def note(self, parsed: Parsed) -> None:
        """Leave out what an earlier row told of the firm otherwise, and tell it."""
        if not self.twice or parsed.refusals or (key := digest(parsed.key)) not in self.twice:
            return
        first = self.first.setdefault(key, {})
        other = {name: each for name, each in _told_in(parsed) if first.setdefault(name, each).value != each.value}
        for name in other:
            for part in CAPITAL if name == CAPITAL[0] else (name,):
                parsed.values.pop(part, None)
        if other:
            told = [
                f"{_(ENTERPRISE[n].label)} {_short(first[n].text)} → {_short(each.text)}" for n, each in other.items()
            ]
            params = {"row": min(first[name].row for name in other), "differences": "；".join(told[:_SHOWN])}
            parsed.remarks.append(RowReason("repeat.firm", params))


def _told_in(parsed: Parsed) -> Iterator[tuple[str, StatedValue]]:
    """What the row says of its firm, by field."""
    texts = {FILLS.get(code, code): text for code, text in parsed.source.texts.items() if text}
    for name, value in parsed.values.items():
        if value in _NOTHING or name in _WHICH or name in CAPITAL[1:]:
            continue
        told = tuple(parsed.values.get(part) for part in CAPITAL) if name == CAPITAL[0] else value
        yield name, StatedValue(told, texts.get(name, str(value)), parsed.source.number)


def _short(text: str) -> str:
    return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"
