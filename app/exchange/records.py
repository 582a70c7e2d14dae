"""The one record builder: every list, single record, feed item and snapshot line is made here."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from app.exchange.domain import LISTS, FieldDefinition, FieldType, ResourceDefinition
from app.exchange.json_values import Record, RowEncoder, row_encoder
from app.exchange.masks import masked
from app.exchange.sources.base import Children, RecordSource
from app.journal.tallies import count_rows, kept_total
from app.kit.errors import SeedError
from app.kit.membership import one_of

BATCH = 1_000
#: Statements that are kept: of each resource and its lists, for some regions.
_KEPT = 128


@dataclass(frozen=True, eq=False)
class ChildPlan:
    """How one list inside a record is read. Each is only itself, as a `RecordPlan` is."""

    name: str
    children: Children
    columns: tuple[Any, ...]
    encode: Callable[[Sequence[Any]], Any]


@dataclass(frozen=True, eq=False)
class RecordPlan:
    """How the records of one resource are read: a source seen through a mapping. Each is only itself, hence a key to what is kept of it."""

    resource: str
    definition: ResourceDefinition
    source: RecordSource
    columns: tuple[Any, ...]
    encode: RowEncoder
    lists: tuple[ChildPlan, ...]

    def key_of(self, held: Any) -> str:
        """A record's key, from what the source's `key` holds."""
        return str(self.source.derive.get(self.definition.field(self.definition.key).source, str)(held))


def plan_records(resource: str, definition: ResourceDefinition, source: RecordSource) -> RecordPlan:
    """Fit `definition` to `source`; raises `SeedError` naming a field whose source does not exist."""
    plain = [field for field in definition.fields if field.type not in LISTS]
    lists = [field for field in definition.fields if field.type in LISTS]
    return RecordPlan(
        resource=resource,
        definition=definition,
        source=source,
        columns=_columns(resource, plain, source.columns),
        encode=row_encoder(plain, source.derive),
        lists=tuple(_plan_list(resource, field, source) for field in lists),
    )


def _plan_list(resource: str, field: FieldDefinition, source: RecordSource) -> ChildPlan:
    children = source.children.get(field.source)
    if children is None:
        raise SeedError(f"exchange: {resource}.{field.name}: there is no list '{field.source}'")
    path = f"{resource}.{field.name}"
    if field.type is FieldType.TEXTS:
        (column,) = children.columns.values()
        return ChildPlan(field.name, children, (column,), lambda row: masked(row[0]))
    columns = _columns(path, field.fields, children.columns)
    return ChildPlan(field.name, children, columns, row_encoder(field.fields, children.derive))


def _columns(path: str, fields: Sequence[FieldDefinition], known: Mapping[str, Any]) -> tuple[Any, ...]:
    missing = [field.source for field in fields if field.source not in known]
    if missing:
        raise SeedError(f"exchange: {path}: there is no source '{missing[0]}'; known: {', '.join(sorted(known))}")
    return tuple(known[field.source] for field in fields)


# -- reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordPage:
    """Records in the order of their rows; `last` is the last row's id, None at the end of the list."""

    items: list[Record]
    last: int | None


def visible_rows(plan: RecordPlan, region_prefix: str) -> Select[Any]:
    """The rows of a resource that a reader with this region prefix may see: id first, then the plain fields."""
    return plan.source.visible(select(plan.source.id, *plan.columns), region_prefix)


def count_records(session: Session, plan: RecordPlan, region_prefix: str) -> int:
    """How many records that reader sees."""
    rows, firm = plan.source.visible(select(plan.source.id), region_prefix), plan.source.firm
    if firm is None:
        return count_rows(session, rows)
    return kept_total(session, ("records", plan, region_prefix), rows, firm)


def page_records(session: Session, plan: RecordPlan, region_prefix: str, after: int, limit: int) -> RecordPage:
    """At most `limit` records whose row id is above `after`."""
    rows = plain_rows(session, _page_of(plan, region_prefix), after=after, size=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return RecordPage(_records(session, plan, region_prefix, rows), rows[-1][0] if more else None)


def iterate_records(session: Session, plan: RecordPlan, region_prefix: str) -> Iterator[list[Record]]:
    """All records in batches, by row id: constant memory, and as consistent as the session's snapshot."""
    after: int | None = 0
    while after is not None:
        page = page_records(session, plan, region_prefix, after, BATCH)
        if page.items:
            yield page.items
        after = page.last


def records_by_id(session: Session, plan: RecordPlan, region_prefix: str, ids: Sequence[int]) -> dict[int, Record]:
    """The visible ones of these rows, by row id."""
    if not ids:
        return {}
    statement = visible_rows(plan, region_prefix).where(one_of(plan.source.id, ids)).order_by(plan.source.id)
    rows = plain_rows(session, statement)
    return dict(zip((row[0] for row in rows), _records(session, plan, region_prefix, rows), strict=True))


@lru_cache(maxsize=_KEPT)
def _page_of(plan: RecordPlan, region_prefix: str) -> Select[Any]:
    """The rows after `:after`, `:size` at most; to make a statement takes as long as to run it."""
    key = plan.source.id
    rows = visible_rows(plan, region_prefix).where(key > bindparam("after", type_=BigInteger))
    return rows.order_by(key).limit(bindparam("size", type_=Integer))


def plain_rows(session: Session, statement: Select[Any], **values: Any) -> Sequence[Row[Any]]:
    """The rows of a select of columns, fetched past the ORM, which would look at each of them."""
    return session.connection().execute(statement, values).all()


def _records(session: Session, plan: RecordPlan, region_prefix: str, rows: Sequence[Sequence[Any]]) -> list[Record]:
    if not rows:
        return []
    encode = plan.encode
    records = [encode(row[1:]) for row in rows]
    ids = [row[0] for row in rows]
    for child in plan.lists:
        found = _children(session, child, region_prefix, ids)
        for row_id, record in zip(ids, records, strict=True):
            record[child.name] = found.get(row_id, [])
    return records


def _children(session: Session, plan: ChildPlan, region_prefix: str, ids: Sequence[int]) -> Mapping[int, list[Any]]:
    if ids[-1] - ids[0] < 2 * len(ids):  # they lie close together, as in most batches
        rows = plain_rows(session, _children_between(plan, region_prefix), first=ids[0], last=ids[-1])
    else:
        among = one_of(plan.children.parent, ids)
        rows = plain_rows(session, _children_where(plan, region_prefix, among))
    found: defaultdict[int, list[Any]] = defaultdict(list)
    encode = plan.encode
    for row in rows:
        found[row[0]].append(encode(row[1:]))
    return found


@lru_cache(maxsize=_KEPT)
def _children_between(plan: ChildPlan, region_prefix: str) -> Select[Any]:
    """The lists of the parents from `:first` to `:last`."""
    ends = (bindparam(name, type_=BigInteger) for name in ("first", "last"))
    return _children_where(plan, region_prefix, plan.children.parent.between(*ends))


def _children_where(plan: ChildPlan, region_prefix: str, condition: ColumnElement[bool]) -> Select[Any]:
    parent = plan.children.parent
    statement = select(parent, *plan.columns).where(condition).order_by(parent, *plan.children.order)
    return plan.children.join(statement, region_prefix) if plan.children.join is not None else statement
