"""Taking a merge back: every row that it wrote is as it was, but for what somebody changed since, which is named first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises.belongings import BELONGINGS, Belonging, Crossing, MergeFate
from app.enterprises.fields import ENTERPRISE
from app.enterprises.merges import events
from app.enterprises.merges import rows as written
from app.enterprises.merges.ledger import entries_of
from app.enterprises.merges.models import FirmMerge, MergeEntry
from app.enterprises.merges.rows import Key, as_json, from_json, key_of
from app.enterprises.merges.service import FIRM, lock_both
from app.enterprises.models import Enterprise, FormerCode
from app.enterprises.search_index import reindex
from app.enterprises.service.recording import note, snapshot
from app.journal.domain import diff
from app.journal.service import record_many
from app.kit.actor import Actor
from app.kit.db import Base, composition_of
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _

#: What is told of both firms when they part: the fields, and whether they are in use.
_USE = ("disabled_on", "disabled_reason")


@dataclass(frozen=True)
class Collided:
    """Something that stands in the way of an undo, or that will stay as it is: in words. `table` and `key` name the row, `names` its columns."""

    text: str
    hard: bool = False
    table: str = ""
    key: Key = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Left:
    """How a merge left a row: what its columns held, nothing when it went."""

    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def went(self) -> bool:
        return not self.after


Trail = dict[str, dict[Key, _Left]]


def get_merge(session: Session, merge_id: int, *, lock: bool = False) -> FirmMerge:
    """A merge. Raises `NotFound`."""
    statement = select(FirmMerge).where(FirmMerge.id == merge_id).execution_options(populate_existing=True)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound("merge.not_found", _("没有找到这次合并。"))
    return found


def find_collided(session: Session, row: FirmMerge) -> list[Collided]:
    """What somebody did since to what the merge wrote, and what would keep it from being taken back."""
    survivor = session.get_one(Enterprise, row.survivor_id)
    if survivor.merged_into_id is not None:
        into = session.get_one(Enterprise, survivor.merged_into_id)
        text = _("“%(name)s”此后又并入“%(into)s”，请先撤销那一次合并") % {"name": survivor.name, "into": into.name}
        return [Collided(text, hard=True)]
    trail = _trail(entries_of(session, row.id))
    return [each for name, rows in trail.items() for each in _of_table(session, Base.metadata.tables[name], rows)]


def undo_merge(session: Session, *, actor: Actor, now: datetime, merge_id: int, accept: bool = False) -> FirmMerge:
    """Part two firms again. One event of each, and one of each record that partners know.

    What somebody changed since stays as it is when they `accept` that. Raises `NotFound`, `Forbidden`, `Conflict` naming what stands in the way.
    """
    row = get_merge(session, merge_id, lock=True)
    survivor, loser = lock_both(session, actor, row.survivor_id, row.loser_id)
    if row.undone_at is not None:
        raise Conflict("merge.undone", _("这次合并已经撤销。"))
    collided = find_collided(session, row)
    if any(each.hard for each in collided) or (collided and not accept):
        reasons = "；".join(each.text for each in collided)
        raise Conflict("merge.collided", _("合并之后有改动：%(reasons)s") % {"reasons": reasons})
    row.undone_at, row.undone_by = now, actor.name[:120]
    before = [_told(firm) for firm in (survivor, loser)]
    codes = [survivor.uscc, *session.scalars(select(FormerCode.uscc).where(FormerCode.enterprise_id == survivor.id))]
    crossed = _Restoring(session, collided).restore(entries_of(session, row.id))
    for firm in (survivor, loser):
        session.refresh(firm)
        firm.version += 1
    _unmark(survivor, row, collided)
    origin = {"uscc": before[0]["uscc"], "region_code": before[0]["region_code"]}
    for firm, was, event in ((survivor, before[0], events.UNMERGED), (loser, before[1], events.RETURNED)):
        other = loser if firm is survivor else survivor
        data = {"merge": row.id, "note": f"{other.name}（{other.uscc}）"}
        note(session, actor, firm, event, now, changes=diff(was, _told(firm)), data=data)
    for each in composition_of(session).of(BELONGINGS):
        _tell_returned(Crossing(session, actor, now, loser, origin, codes, (), ()), survivor, each, crossed)
    reindex(session, [survivor.id, loser.id])
    session.flush()
    session.expire_all()  # what others read through the session was written past it
    session.refresh(row)
    return row


def _told(firm: Enterprise) -> dict[str, Any]:
    return snapshot(firm) | {name: getattr(firm, name) for name in _USE}


def _unmark(survivor: Enterprise, row: FirmMerge, collided: Sequence[Collided]) -> None:
    """Fields that return bear the marks of editing that they bore before."""
    kept = {name for each in collided if each.table == FIRM.name for name in each.names}
    returned = row.marks.keys() | set(ENTERPRISE.names(lambda field: field.stored))
    by_merge = {
        name
        for name, mark in survivor.edited_fields.items()
        if name in returned and mark.get("at") == row.at.isoformat() and name not in kept
    }
    others = {name: mark for name, mark in survivor.edited_fields.items() if name not in by_merge}
    survivor.edited_fields = others | {name: mark for name, mark in row.marks.items() if name not in kept}


def _tell_returned(
    crossing: Crossing, survivor: Enterprise, each: Belonging, crossed: Mapping[str, Iterable[Key]]
) -> None:
    """What partners know of the rows that went back, or came back, by the firm that has them now."""
    if each.tells is None or each.table.name not in crossed:
        return
    rows = list(written.read_keys(crossing.session, each.table, crossed[each.table.name]).values())
    back = [row for row in rows if row[each.column] == crossing.firm.id]
    stayed = [row for row in rows if row[each.column] == survivor.id]
    session, actor, now = crossing.session, crossing.actor, crossing.now
    for firm, codes, own in ((crossing.firm, crossing.codes, back), (survivor, (), stayed)):
        if own:
            record_many(session, each.tells(Crossing(session, actor, now, firm, crossing.origin, codes, own, ())))


# -- what happened since ----------------------------------------------------------------------------------------------------


def _trail(entries: Sequence[MergeEntry]) -> Trail:
    """How the merge left each row that it wrote, by table and key."""
    trail: Trail = {}
    for entry in entries:
        rows = trail.setdefault(entry.table_name, {})
        table = Base.metadata.tables[entry.table_name]
        left = rows.pop(_key(table, entry.key), _Left())
        rows[_key_after(table, entry)] = _Left({**left.after, **entry.after} if entry.after else {})
    return trail


def _key(table: Table, key: Mapping[str, Any]) -> Key:
    return key_of(table, from_json(table, key))


def _key_after(table: Table, entry: MergeEntry) -> Key:
    """By what the row is known since: what moved may have been known by its firm."""
    changed = {name: value for name, value in entry.after.items() if name in entry.key}
    return _key(table, {**entry.key, **changed})


def _of_table(session: Session, table: Table, rows: Mapping[Key, _Left]) -> Iterable[Collided]:
    belonging = next((each for each in composition_of(session).of(BELONGINGS) if each.table is table), None)
    if belonging is not None and belonging.fate is MergeFate.COMPUTED:
        return
    present = written.read_keys(session, table, [key for key, left in rows.items() if not left.went])
    for key, left in rows.items():
        if left.went:
            continue
        now = present.get(key)
        if now is None:
            yield Collided(
                _("%(what)s此后已被移除") % {"what": _words(belonging, table, left.after)}, table=table.name, key=key
            )
        else:
            plain = as_json({name: now[name] for name in left.after})
            names = tuple(name for name in left.after if plain[name] != left.after[name])
            if names:
                yield _changed(belonging, table, key, now, names)


def _changed(
    belonging: Belonging | None, table: Table, key: Key, now: Mapping[str, Any], names: tuple[str, ...]
) -> Collided:
    if table is FIRM:
        labels = [_(ENTERPRISE[name].label) for name in names if name in ENTERPRISE.names(lambda field: True)]
        text = _("“%(name)s”的%(fields)s此后被修改") % {
            "name": now["name"],
            "fields": "、".join(labels) or "、".join(names),
        }
        hard = not {"uscc", "merged_into_id", "disabled_on"}.isdisjoint(names)
        return Collided(text, hard, table.name, key, names)
    owner = belonging is not None and belonging.column in names
    text = _("%(what)s此后被修改") % {"what": _words(belonging, table, now)}
    return Collided(text, owner, table.name, key, names)


def _words(belonging: Belonging | None, table: Table, row: Mapping[str, Any]) -> str:
    if belonging is None:
        return table.name
    try:
        named = belonging.named(row)
    except KeyError:  # of a row that is gone only what the merge wrote is known
        named = ""
    return f"{_(belonging.label)} {named}".strip() if belonging.label else named


# -- putting back --------------------------------------------------------------------------------------------------------------


class _Restoring:
    """Goes through what a merge wrote, backwards."""

    def __init__(self, session: Session, collided: Sequence[Collided]) -> None:
        self.session = session
        self._kept = {(each.table, each.key): each for each in collided}
        self._renumbered: dict[tuple[str, Any], Any] = {}
        self._crossed: dict[str, set[Key]] = {}

    def restore(self, entries: Sequence[MergeEntry]) -> Mapping[str, set[Key]]:
        """Put everything back; the keys, by table, of the rows that are there again or again as they were. Raises `Conflict`."""
        steps = [list(some) for _step, some in groupby(entries, key=lambda entry: entry.step)]
        table = FIRM
        try:
            with self.session.begin_nested():
                for some in reversed(steps):
                    table = Base.metadata.tables[some[0].table_name]
                    self._step(table, some)
        except IntegrityError:
            labels = (each.label for each in composition_of(self.session).of(BELONGINGS) if each.table is table)
            message = _("合并之后又登记了相同的记录（%(what)s），请先移除或改正再撤销。") % {
                "what": _(next(filter(None, labels), "")) or table.name
            }
            raise Conflict("merge.collided", message) from None
        return self._crossed

    def _step(self, table: Table, entries: Sequence[MergeEntry]) -> None:
        if not entries[0].before:
            written.drop(self.session, table, [_key(table, entry.key) for entry in entries])
        elif not entries[0].after:
            self._bring(table, [from_json(table, entry.before) for entry in entries])
        else:
            self._return(table, entries)

    def _return(self, table: Table, entries: Sequence[MergeEntry]) -> None:
        """Columns as they were, but for those that somebody changed since."""
        changes: dict[tuple[str, ...], list[tuple[Key, Mapping[str, Any]]]] = {}
        for entry in entries:
            key = _key_after(table, entry)
            kept = self._kept.get((table.name, key))
            values = {name: value for name, value in entry.before.items() if kept is None or name not in kept.names}
            if (kept is not None and not kept.names) or not values:
                continue
            values = self._renamed(table, from_json(table, values))
            changes.setdefault(tuple(values), []).append((key, values))
            self._note(table, key_of(table, {**dict(zip(_names(table), key, strict=True)), **values}))
        for some in changes.values():
            written.put(self.session, table, some)

    def _bring(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows that were set aside. A number that was given again meanwhile is another row's: they get a new one."""
        there = written.read_keys(self.session, table, [key_of(table, row) for row in rows])
        found = [self._renamed(table, row) for row in rows]
        found = self._with_what_they_need(table, found)
        free = [row for row in found if key_of(table, row) not in there]
        written.bring(self.session, table, free)
        for row in free:
            self._note(table, key_of(table, row))
        for row in found:
            if key_of(table, row) in there and _names(table) == ["id"]:
                bare = {name: value for name, value in row.items() if name != "id"}
                new = self.session.execute(table.insert().values(bare).returning(table.c.id)).scalar_one()
                self._renumbered[table.name, row["id"]] = new
                self._note(table, (new,))

    def _with_what_they_need(self, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of computed rows those whose sweep, or other firm, is still there; the others nobody needs."""
        belonging = next((e for e in composition_of(self.session).of(BELONGINGS) if e.table is table), None)
        if belonging is None or belonging.fate is not MergeFate.COMPUTED:
            return rows
        for column in table.c:
            for key in column.foreign_keys:
                target = key.column.table
                wanted = {(row[column.name],) for row in rows}
                there = written.read_keys(self.session, target, wanted) if wanted else {}
                rows = [row for row in rows if (row[column.name],) in there]
        return rows

    def _renamed(self, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
        """The same, pointing at rows by their present numbers."""
        found = dict(values)
        for name in values:
            for key in table.c[name].foreign_keys:
                found[name] = self._renumbered.get((key.column.table.name, values[name]), values[name])
        return found

    def _note(self, table: Table, key: Key) -> None:
        self._crossed.setdefault(table.name, set()).add(key)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]
