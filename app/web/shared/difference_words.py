"""How the kinds of changes between two versions are shown, wherever a difference is."""

from app.kit.differences import KINDS
from app.kit.i18n import _

_STATES = {"added": "good", "removed": "late", "changed": "wait"}


def kind_badges() -> dict[str, tuple[str, str]]:
    """The state and the word of each kind of change."""
    return {kind: (_STATES[kind], _(word)) for kind, word in KINDS.items()}
