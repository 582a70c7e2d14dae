"""Moving what one firm has to another: what follows, what is set aside, what is brought to an end, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import Session

from app.enterprises.belongings import Belonging, Crossing, MergeFate, Row, Settling
from app.enterprises.merges import rows as written
from app.enterprises.merges.domain import Side
from app.enterprises.merges.held import Held, side_of
from app.enterprises.merges.ledger import MergeLedger
from app.enterprises.merges.rows import key_of
from app.enterprises.models import Enterprise
from app.journal.service import record_many
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.i18n import _
from app.kit.membership import one_of
from app.kit.pointers import pointing_at


@dataclass(frozen=True)
class Merging:
    """A merge under way: who goes where, and what a person chose."""

    session: Session
    actor: Actor
    now: datetime
    survivor: Enterprise
    loser: Enterprise
    rows: Mapping[str, Side]
    ledger: MergeLedger
    origin: Mapping[str, Any]
    codes: Sequence[str]

    def crossing(self, rows: Sequence[Row], gone: Sequence[Row]) -> Crossing:
        """Rows that went over, for those who tell of it."""
        return Crossing(self.session, self.actor, self.now, self.survivor, self.origin, self.codes, rows, gone)


def move(merging: Merging, held: Held) -> None:
    """Everything of one table."""
    each, ledger = held.belonging, merging.ledger
    if each.fate is MergeFate.COMPUTED:
        ledger.set_aside(each.table, held.other_rows)
        return
    mine_aside: list[Row] = []
    aside: list[Row] = []
    if each.settle is not None:
        held = _settled(merging, held)
    else:
        mine_aside, aside = _set_aside_twins(merging, held)
    aside += _gone_with_the_firm(merging, each, [row for row in held.other_rows if row not in aside])
    moving = [row for row in held.other_rows if row not in aside]
    standing = [row for row in held.mine_rows if row not in mine_aside]
    if moving:
        ledger.change(each.table, moving, *(_moved(merging, each, standing, row) for row in moving))
    if each.tells is not None:
        record_many(merging.session, each.tells(merging.crossing(moving, [*mine_aside, *aside])))


def _moved(merging: Merging, each: Belonging, standing: Sequence[Row], row: Row) -> dict[str, Any]:
    fitted = each.fit(standing, row) if each.fit is not None else {}
    return {each.column: merging.survivor.id, **fitted}


def _gone_with_the_firm(merging: Merging, each: Belonging, rows: Sequence[Row]) -> list[Row]:
    """Set aside what goes with the firm; what something points at cannot."""
    going = [row for row in rows if each.goes is not None and each.goes(row)]
    going = _without_pointed_at(merging, each, going)
    merging.ledger.set_aside(each.table, going)
    return going


# -- rows that are one thing ----------------------------------------------------------------------------------------------


def _set_aside_twins(merging: Merging, held: Held) -> tuple[list[Row], list[Row]]:
    """Of rows that are one thing one stands; those set aside, of the firm that stays and of the one that goes."""
    mine: list[Row] = []
    other: list[Row] = []
    for collision in held.collisions:
        standing = [row for row in collision.mine if row not in mine]
        if not standing:
            continue
        if side_of(collision, merging.rows) is Side.MINE:
            other.append(collision.other)
            _hand_over(merging, held.belonging, [collision.other], standing[0])
        else:
            mine += standing
            _hand_over(merging, held.belonging, standing, collision.other)
    merging.ledger.set_aside(held.belonging.table, [*mine, *other])
    return mine, other


def _hand_over(merging: Merging, each: Belonging, yielding: Sequence[Row], stands: Row) -> None:
    """What points at the rows that yield points at the one that stands; or is set aside with them."""
    keys = [row["id"] for row in yielding if "id" in row]
    for table, column in _pointing(merging.session, each.table) if keys else ():
        pointing = written.read(merging.session, table, one_of(column, keys))
        if each.along:
            merging.ledger.set_aside(table, pointing)
        elif pointing:
            _repoint(merging, table, column, pointing, stands["id"])


def _repoint(merging: Merging, table: Table, column: Column[Any], pointing: Sequence[Row], to: int) -> None:
    """Where what points is known by what it points at, and that is said of the standing row already, it is set aside."""
    if not column.primary_key:
        merging.ledger.change(table, pointing, {column.name: to})
        return
    said = written.read_keys(merging.session, table, (key_of(table, {**row, column.name: to}) for row in pointing))
    twice = [row for row in pointing if key_of(table, {**row, column.name: to}) in said]
    merging.ledger.set_aside(table, twice)
    merging.ledger.change(table, [row for row in pointing if row not in twice], {column.name: to})


def _without_pointed_at(merging: Merging, each: Belonging, rows: Sequence[Row]) -> list[Row]:
    """Rows that nothing points at: the others cannot go."""
    held: set[int] = set()
    for _table, column in _pointing(merging.session, each.table) if rows else ():
        pointing = written.read(merging.session, column.table, one_of(column, [row["id"] for row in rows]), column.name)
        held.update(row[column.name] for row in pointing)
    return [row for row in rows if row["id"] not in held]


def _pointing(session: Session, table: Table) -> list[tuple[Table, Column[Any]]]:
    return list(pointing_at(composition_of(session), table))


# -- rows that are brought to an end ------------------------------------------------------------------------------------------


def _settled(merging: Merging, held: Held) -> Held:
    """What is left after one of two rows that cannot both go on came to its end, with all that hangs on it kept for the undo."""
    each = held.belonging
    assert each.settle is not None
    reason = _("合并企业：与 %(other)s 合并，由另一件继续办理") % {"other": merging.survivor.name}
    for collision in held.collisions:
        stays = side_of(collision, merging.rows) is Side.MINE
        for row in (collision.other,) if stays else collision.mine:
            before = _hanging_on(merging.session, each.table, row)
            each.settle(Settling(merging.session, merging.actor, merging.now, reason, row))
            merging.session.flush()
            for (table, rows), (_same, later) in zip(
                before, _hanging_on(merging.session, each.table, row), strict=True
            ):
                merging.ledger.watch(table, rows, later)
    if not held.collisions:
        return held
    keys = [key_of(each.table, row) for row in held.other_rows]
    now = written.read_keys(merging.session, each.table, keys)
    return Held(each, held.mine, held.other, held.mine_rows, [now[key] for key in keys])


def _hanging_on(session: Session, table: Table, row: Row) -> list[tuple[Table, list[Row]]]:
    """The row itself, and the rows of every table that point at it."""
    own = written.read_keys(session, table, [key_of(table, row)])
    pointing = _pointing(session, table)
    return [
        (table, list(own.values())),
        *((other, written.read(session, other, column == row["id"])) for other, column in pointing),
    ]
