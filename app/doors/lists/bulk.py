"""Choosing rows of a list for work on many at once: what a form over its table offers."""

from dataclasses import dataclass

from app.kit.i18n import _
from app.kit.paging import Count
from app.kit.templates import show_count


@dataclass(frozen=True)
class BulkButton:
    """What can be done with the ticked rows, or with `every` row that the list shows (its words then tell their number)."""

    label: str
    action: str = ""
    every: bool = False

    def text(self, count: Count) -> str:
        """What it says over so many rows."""
        return _(self.label) % {"n": show_count(count)} if self.every else _(self.label)


@dataclass(frozen=True)
class BulkForm:
    """The form over a table: where it goes, by which name the ticks are kept from page to page, what it says and offers."""

    action: str
    picks: str
    note: str
    buttons: tuple[BulkButton, ...]

    @property
    def hint(self) -> str:
        """What it says, in the reader's language."""
        return _(self.note)
