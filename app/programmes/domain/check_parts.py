"""What the checks of a programme file share: where a mistake lies, what is known outside the file, ways through the stages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.programmes.domain.definition import Programme

Location = tuple[str | int, ...]
Problem = tuple[Location, str]


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document in the vault: whether it is about one fiscal year, and whether it may have a last day."""

    yearly: bool = False
    expires: bool = False


@dataclass(frozen=True)
class KnownCodes:
    """What a programme file may name that stands elsewhere: policies, and the codes of three vocabularies."""

    policies: frozenset[str] = frozenset()
    documents: Mapping[str, DocumentKind] = field(default_factory=dict)
    departments: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()


def choices(codes: Iterable[str]) -> str:
    """The codes that might have been meant."""
    return "known: " + (", ".join(sorted(codes)) or "none")


def closure(start: Iterable[str], neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that can be reached from `start`, itself included."""
    seen = set(start)
    waiting = list(seen)
    while waiting:
        for code in neighbours(waiting.pop()):
            if code not in seen:
                seen.add(code)
                waiting.append(code)
    return seen


def stages_after(programme: Programme, code: str, until: frozenset[str] = frozenset()) -> set[str]:
    """The stages that a case may enter after `code`; it is not followed beyond those in `until`."""
    first = [action.to for action in programme.actions_from(code)]
    return closure(first, lambda at: () if at in until else [action.to for action in programme.actions_from(at)])
