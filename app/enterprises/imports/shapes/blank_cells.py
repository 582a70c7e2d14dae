"""Blank cells that mean "as above": which columns have such, and what they say."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.enterprises.imports.shapes.head import SheetHead
from app.enterprises.imports.shapes.merged_values import HeldCell, cell_at, filled_with, may_repeat
from app.kit.tabular import Row


@dataclass(frozen=True, slots=True)
class AsAbove:
    """Columns whose blank cells mean what stands above them: each of `alone` by itself, those of `together` (they name one
    thing) only in rows in which all of `naming` are blank and something else is said.
    """

    naming: tuple[int, ...] = ()
    together: tuple[int, ...] = ()
    alone: tuple[int, ...] = ()

    def like(self, own: SheetHead, other: SheetHead) -> "AsAbove":
        """The columns of the same heads in another table."""
        places = {head.text: head.index for head in reversed(other.heads) if head.text}
        texts = {head.index: head.text for head in own.heads}

        def moved(columns: Iterable[int]) -> tuple[int, ...]:
            return tuple(places[text] for each in columns if (text := texts.get(each, "")) in places)

        return AsAbove(moved(self.naming), moved(self.together), moved(self.alone))


NONE_AS_ABOVE = AsAbove()
#: What people write where they mean what stands above.
DITTO = frozenset({"同上", "〃", "″", "同上行", "〞", "ditto"})


class ValuesAbove:
    """What stands above the row that is read, in the columns of `AsAbove`; rows have to come in their order."""

    def __init__(self, columns: AsAbove) -> None:
        self._columns = columns
        self._held: dict[int, HeldCell] = {}

    def forget(self) -> None:
        """What follows is not said of what stood above: behind a total, a title, a head, a blank row."""
        self._held.clear()

    def held_for(self, row: Row) -> list[HeldCell]:
        """The cells above whose value holds for the row of data; whatever the row says itself holds from here on.

        An amount, a count or a day is never repeated.
        """
        found = [held for column in self._meant(row) if (held := self._held.get(column)) is not None]
        for column in () if continues(row, self._columns.naming) else self._columns.together:
            self._hold(row, column)
        for column in self._columns.alone:
            if cell_at(row, column):
                self._hold(row, column)
        return found

    def _hold(self, row: Row, column: int) -> None:
        held = HeldCell.of(row, column)
        if held.text and may_repeat(held.text):
            self._held[column] = held
        else:
            self._held.pop(column, None)

    def _meant(self, row: Row) -> Iterator[int]:
        if self._columns.together and continues(row, self._columns.naming):
            yield from self._columns.together
        yield from (column for column in self._columns.alone if not cell_at(row, column))


class SaidAgain:
    """Cells that say in a word (`DITTO`) what stands above them; rows have to come in their order."""

    def __init__(self, naming: Sequence[int]) -> None:
        self._naming = naming
        self._before: Row | None = None

    def forget(self) -> None:
        """What follows is not said of what stood above."""
        self._before = None

    def held_for(self, row: Row) -> list[HeldCell]:
        """What the cells of the row before say for this one. No firm is called by such a word: where nothing stands above, it names none."""
        found = [] if DITTO.isdisjoint(row.cells) else list(self._again(row))
        self._before = filled_with(row, found) if found else row
        return found

    def _again(self, row: Row) -> Iterator[HeldCell]:
        for column, text in enumerate(row.cells):
            if text in DITTO:
                above = cell_at(self._before, column) if self._before else ""
                if self._before and above and above not in DITTO and may_repeat(above):
                    yield HeldCell.of(self._before, column)
                elif column in self._naming:
                    yield HeldCell(row.number, column, "", inexact=False)


def continues(row: Row, naming: Sequence[int]) -> bool:
    """Whether the row names nothing and says something else: it goes on about what the row above names."""
    return bool(naming) and not any(cell_at(row, column) for column in naming) and any(row.cells)
