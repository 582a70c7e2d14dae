"""A tab as `ui.tabs` shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """What it is called, where it leads, whether one is there, and how many things lie behind it ("" or None: not said)."""

    label: str
    url: str
    active: bool
    count: int | str | None = None
