"""What belongs to a firm, table by table, and what becomes of it when two firms turn out to be one.

Each slice says it of its own tables; a table that names a firm and of which nobody said anything fails a test of the house.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Column, Table
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.domain import PendingEvent
from app.kit.actor import Actor
from app.kit.db import Base
from app.kit.slices import Port

#: What an event of a record that crossed over calls the firm that it left: its code and place.
CROSSED_FROM = "crossed_from"
#: A row of a table, by its columns.
Row = Mapping[str, Any]


class MergeFate(StrEnum):
    """What becomes of a row of the firm that goes: it follows to the one that stays, it is computed anew, or it tells of merges itself."""

    MOVES = "moves"
    COMPUTED = "computed"
    STAYS = "stays"


@dataclass(frozen=True)
class Crossing:
    """Rows on their way from one firm to another, for those who tell of it: `gone` are those that nobody sees for now.

    `codes` are all codes of the firm that they leave, `origin` says the same for the journal.
    """

    session: Session
    actor: Actor
    now: datetime
    firm: Enterprise
    origin: Mapping[str, Any]
    codes: Sequence[str]
    rows: Sequence[Row]
    gone: Sequence[Row]

    @property
    def all(self) -> list[tuple[Row, bool]]:
        """Every row, and whether it is gone."""
        return [*((row, False) for row in self.rows), *((row, True) for row in self.gone)]

    def data(self, *, gone: bool) -> dict[str, Any]:
        """What every event of a row says: where it came from."""
        return {CROSSED_FROM: dict(self.origin)} | ({"gone": True} if gone else {})


@dataclass(frozen=True)
class Settling:
    """Two rows that cannot both go on at one firm, neither of which may be set aside: the one that yields is brought to an end."""

    session: Session
    actor: Actor
    now: datetime
    reason: str
    yields: Row


#: Whether a row of the firm that stays and one of the firm that goes are the same thing.
Meets = Callable[[Row, Row], bool]


@dataclass(frozen=True)
class Belonging:
    """The rows of one table that name a firm in `column`.

    `same` are the columns by which two rows are one thing (or `meets` says it); then one of them stands, a person chooses which, and the other
    is set aside until the merge is taken back: what points at it points at the standing one, or goes aside with it (`along`). With `settle`
    nothing is set aside: the yielding row is brought to an end, with what hangs on it. `goes` are rows that are set aside with
    the firm whatever stands. `fit` makes a moved row fit to what stands already. `tells` are the events of rows that partners are given.
    `holds`: whether it keeps an import that made the firm from being taken back, without a foreign key.
    `remark` says, beside their number, what becomes of them.
    """

    model: type[Base]
    label: str
    fate: MergeFate = MergeFate.MOVES
    column: str = "enterprise_id"
    same: tuple[str, ...] = ()
    meets: Meets | None = None
    name: Callable[[Row], str] | None = None
    along: bool = False
    goes: Callable[[Row], bool] | None = None
    fit: Callable[[Sequence[Row], Row], Mapping[str, Any]] | None = None
    settle: Callable[[Settling], None] | None = None
    tells: Callable[[Crossing], Iterable[PendingEvent]] | None = None
    holds: bool = False
    remark: str = ""

    @property
    def table(self) -> Table:
        """The table."""
        return cast(Table, self.model.__table__)

    @property
    def owner(self) -> Column[Any]:
        """The column that names the firm."""
        return self.table.c[self.column]

    @property
    def is_shown(self) -> bool:
        """Whether people are told how many there are."""
        return bool(self.label) and self.fate is not MergeFate.STAYS

    def is_one(self, mine: Row, other: Row) -> bool:
        """Whether the two rows are the same thing."""
        if self.meets is not None:
            return self.meets(mine, other)
        return bool(self.same) and all(mine[name] == other[name] for name in self.same)

    @property
    def may_collide(self) -> bool:
        """Whether a row of one firm can be the same thing as one of another."""
        return bool(self.same) or self.meets is not None

    def named(self, row: Row) -> str:
        """How a row is called."""
        if self.name is not None:
            return self.name(row)
        return " ".join(str(row[name]) for name in self.same if row[name] not in (None, ""))


BELONGINGS: Port[Belonging] = Port(
    "belonging of a firm", Belonging, keys=lambda each: ((each.model.__tablename__, each.column),)
)
#: Why two firms cannot become one as things stand, in the reader's language: what must be decided elsewhere first.
MergeObjection = Callable[[Session, int, int], list[str]]
MERGE_OBJECTIONS: Port[MergeObjection] = Port("objection to a merge", Callable)
