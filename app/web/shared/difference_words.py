"""Two versions of something side by side, wherever they are compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.kit.differences import KINDS, SectionChanges
from app.kit.i18n import _

_STATES = {"added": "good", "removed": "late", "changed": "wait"}


@dataclass(frozen=True)
class DifferencePage:
    """What was compared, the versions to choose from, and the sections, those without a change included."""

    code: str
    title: str
    choices: tuple[tuple[str, str], ...]
    compared: Sequence[SectionChanges]

    @property
    def sections(self) -> tuple[SectionChanges, ...]:
        """The sections in which something differs."""
        return tuple(section for section in self.compared if section.changes)

    @property
    def total(self) -> int:
        """How much differs."""
        return sum(len(section.changes) for section in self.compared)

    @property
    def kinds(self) -> dict[str, tuple[str, str]]:
        """How each kind of change is shown."""
        return kind_badges()


def kind_badges() -> dict[str, tuple[str, str]]:
    """The state and the word of each kind of change."""
    return {kind: (_STATES[kind], _(word)) for kind, word in KINDS.items()}
