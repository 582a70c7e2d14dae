"""Names that one file gives to several codes: which code the file itself speaks for."""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field

from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.uscc import normalise, parse_uscc
from app.kit.errors import Invalid

_MOST = 200_000


@dataclass
class NameEvidence:
    """Which codes stand beside which names, over all sheets of a file; remembered of the first 200,000 rows."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: int = 0

    def note(self, code: str, name: str) -> None:
        """A row that tells both."""
        if not code or not name or self.seen >= _MOST:
            return
        self.seen += 1
        self.pairs[normalise(code), normalise_name(name)] += 1

    def likeliest(self) -> dict[str, str]:
        """For each name beside several codes the one that is meant: a sound one, that bears the name most often, and other names
        least often. Of codes between which nothing decides the one that stands first in the file.
        """
        borne = Counter(name for _code, name in self.pairs)
        doubtful: dict[str, dict[str, int]] = {}
        for (code, name), times in self.pairs.items():
            if borne[name] > 1:
                doubtful.setdefault(name, {})[code] = times
        told = self._told({code for codes in doubtful.values() for code in codes})
        return {
            name: max(codes, key=lambda code: (_is_sound(code), 2 * codes[code] - told[code], codes[code]))
            for name, codes in doubtful.items()
        }

    def named(self) -> dict[str, str]:
        """The code that the file gives to each name, where that is one code that can be read."""
        borne = Counter(name for _code, name in self.pairs)
        return {name: code for code, name in self.pairs if borne[name] == 1 and _is_code(code)}

    def _told(self, codes: Container[str]) -> Counter[str]:
        """How often each of the codes stands beside whatever name."""
        told: Counter[str] = Counter()
        for (code, _name), times in self.pairs.items():
            if code in codes:
                told[code] += times
        return told


def _is_code(text: str) -> bool:
    try:
        parse_uscc(text)
    except Invalid:
        return False
    return True


def _is_sound(text: str) -> bool:
    return _is_code(text) and parse_uscc(text).is_valid
