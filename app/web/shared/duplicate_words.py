"""What the comparison of two firms found, in words."""

from collections.abc import Mapping

from app.enterprises.duplicates.domain.comparison import reasons_of
from app.enterprises.duplicates.domain.evidence import WORDS, favours
from app.kit.i18n import _


def reason_words(observed: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What agrees between two firms, and what differs, in words."""
    found: tuple[list[str], list[str]] = ([], [])
    for reason in reasons_of(observed):
        found[0 if favours(*reason.split(".", 1)) else 1].append(_(WORDS[reason]))
    return tuple(found[0]), tuple(found[1])
