"""What both firms have, table by table: how much, and which rows are one thing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from app.enterprises.belongings import BELONGINGS, Belonging, MergeFate, Row
from app.enterprises.merges import rows as written
from app.enterprises.merges.domain import Side
from app.enterprises.merges.rows import key_of
from app.kit.db import composition_of
from app.kit.membership import one_of


@dataclass(frozen=True)
class Collision:
    """A row of the firm that goes, and those of the firm that stays which are the same thing."""

    belonging: Belonging
    other: Row
    mine: tuple[Row, ...]

    @property
    def code(self) -> str:
        """What a form calls it."""
        key = "-".join(map(str, key_of(self.belonging.table, self.other)))
        return f"{self.belonging.table.name}:{key}"


@dataclass(frozen=True)
class Held:
    """The rows of one table that both firms have: counted, and read where it matters what they say."""

    belonging: Belonging
    mine: int = 0
    other: int = 0
    mine_rows: Sequence[Row] = ()
    other_rows: Sequence[Row] = ()
    collisions: Sequence[Collision] = field(default=())


def list_held(session: Session, mine: int, other: int) -> list[Held]:
    """What the firms `mine` and `other` have: one statement that counts, and one for each table of which the other has anything."""
    belongings = composition_of(session).of(BELONGINGS)
    counts = _counts(session, belongings, mine, other)
    return [_held(session, each, counts.get(place, {}), mine, other) for place, each in enumerate(belongings)]


def _counts(session: Session, belongings: Sequence[Belonging], *firms: int) -> dict[int, dict[int, int]]:
    parts = [
        select(literal(place).label("place"), each.owner.label("firm"), func.count().label("n"))
        .where(_of(each, firms))
        .group_by(each.owner)
        for place, each in enumerate(belongings)
    ]
    found: dict[int, dict[int, int]] = {}
    for place, firm, number in session.execute(union_all(*parts)):
        found.setdefault(place, {})[firm] = number
    return found


def _of(belonging: Belonging, firms: Iterable[int]) -> written.Condition:
    return one_of(belonging.owner, sorted(firms))


def _held(session: Session, each: Belonging, counts: Mapping[int, int], mine: int, other: int) -> Held:
    held = Held(each, counts.get(mine, 0), counts.get(other, 0))
    if not held.other or each.fate is MergeFate.STAYS:
        return held
    whole = each.may_collide or each.tells or each.goes or each.fit or each.fate is MergeFate.COMPUTED
    both = held.mine and (each.may_collide or each.fit)
    rows = written.read(
        session, each.table, _of(each, (mine, other) if both else (other,)), *(() if whole else (each.column,))
    )
    mine_rows = [row for row in rows if row[each.column] == mine]
    other_rows = [row for row in rows if row[each.column] == other]
    return Held(each, held.mine, held.other, mine_rows, other_rows, _collisions(each, mine_rows, other_rows))


def _collisions(each: Belonging, mine: Sequence[Row], other: Sequence[Row]) -> list[Collision]:
    if not each.may_collide:
        return []
    met = ((row, tuple(own for own in mine if each.is_one(own, row))) for row in other)
    return [Collision(each, row, own) for row, own in met if own]


def side_of(collision: Collision, choices: Mapping[str, Side]) -> Side:
    """Which of two rows stands: as a person said, else the one of the firm that stays."""
    return choices.get(collision.code, Side.MINE)
