"""Names that one file gives to several codes: which code the file itself speaks for."""

from collections import Counter
from dataclasses import dataclass, field

from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.uscc import normalise

_MOST = 200_000


@dataclass
class NameEvidence:
    """Which codes stand beside which names, over all sheets of a file; remembered of the first 200,000 rows."""

    codes: dict[str, Counter[str]] = field(default_factory=dict)
    names: dict[str, Counter[str]] = field(default_factory=dict)
    seen: int = 0

    def note(self, code: str, name: str) -> None:
        """A row that tells both."""
        if not code or not name or self.seen >= _MOST:
            return
        self.seen += 1
        code, name = normalise(code), normalise_name(name)
        self.codes.setdefault(name, Counter())[code] += 1
        self.names.setdefault(code, Counter())[name] += 1

    def likeliest(self) -> dict[str, str]:
        """For each name beside several codes the one that is meant: that bears the name most often, and other names least often.

        Of codes between which nothing decides the one that stands first in the file.
        """
        found = {}
        for name, codes in self.codes.items():
            if len(codes) > 1:
                found[name] = max(codes, key=lambda code: self._support(code, name))
        return found

    def _support(self, code: str, name: str) -> tuple[int, int]:
        others = sum(count for other, count in self.names[code].items() if other != name)
        return (self.codes[name][code] - others, self.codes[name][code])
