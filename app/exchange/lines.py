"""Records as JSON that PostgreSQL itself writes: the bytes that `json_values` would make, without a Python object for each value.

One statement for a page of a list, or for a batch of a snapshot, which COPY streams: each value as JSON has it, each list gathered
by its parent, each record one line. It says in SQL what `json_values.converter` says in Python; a test holds both against each
other over random rows. What only Python can make (`derive`), and types that the two write differently, are left to Python:
`can_write` tells.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Compiled,
    Date,
    Dialect,
    Integer,
    Select,
    String,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from app.exchange.domain import LISTS, TEXTUAL, FieldDefinition, FieldType, MoneyUnit
from app.exchange.json_values import dumps
from app.exchange.masks import MASKS, SUSPECT
from app.exchange.records import ChildPlan, RecordPage, RecordPlan, iterate_records, page_records
from app.kit.db import UtcDateTime, is_postgresql

#: Rows that one statement writes: few at first, to begin at once, then four times as many each time; few enough to be joined in memory.
FIRST_BATCH = 50
BATCH = 2_000

#: Statements that are kept: of each resource, whole or in part, for some regions.
_KEPT = 128

#: A line holds neither of the two marks (JSON escapes them), so COPY leaves it as it is.
_COPY = r"COPY ({}) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"
_AS_THEY_ARE = (String, Integer, Boolean, Date)
#: Narrows a statement to the rows wanted: those whose ids the column holds.
Within = Callable[[Select[Any], Any], Select[Any]]
_SHARE = {FieldType.AVERAGE: "0.0001", MoneyUnit.YUAN: "0.01", MoneyUnit.WAN: "0.000001"}


def lines_of(session: Session, plan: RecordPlan, region_prefix: str) -> Generator[bytes]:
    """All visible records by row id, each as one line of JSON with its line feed; constant memory.

    Written by the database where it can, else made of the record builder's records. A generator: close it.
    """
    if can_write(session, plan):
        yield from _written(session, plan, region_prefix)
        return
    for records in iterate_records(session, plan, region_prefix):
        for record in records:
            yield dumps(record) + b"\n"


@dataclass(frozen=True)
class LinePage:
    """Records in the order of their rows, each as JSON; `last` is the last row's id, None at the end of the list."""

    items: list[bytes]
    last: int | None


def page_lines(session: Session, plan: RecordPlan, region_prefix: str, after: int, limit: int) -> LinePage:
    """At most `limit` records whose row id is above `after`: those of `page_records`, written by the database where it can."""
    if not can_write(session, plan):
        return lines_on(page_records(session, plan, region_prefix, after, limit))
    wanted = {"after": after, "size": limit + 1}
    rows = session.connection().execute(_page(plan, region_prefix), wanted).all()
    items = [line.encode() for _row_id, line in rows[:limit]]
    return LinePage(items, rows[limit - 1].row_id if len(rows) > limit else None)


def lines_on(page: RecordPage) -> LinePage:
    """The records of a page that were made by the record builder."""
    return LinePage([dumps(record) for record in page.items], page.last)


def can_write(session: Session, plan: RecordPlan) -> bool:
    """Whether the session's database can write the lines of this plan."""
    return is_postgresql(session) and _can_be_written(plan)


@lru_cache(maxsize=_KEPT)
def _can_be_written(plan: RecordPlan) -> bool:
    lists = [plan.definition.field(child.name) for child in plan.lists]
    return _writable(_plain(plan.definition.fields), plan.columns, plan.source.derive) and all(
        _writable(field.fields, child.columns, child.children.derive)
        for field, child in zip(lists, plan.lists, strict=True)
    )


def _written(session: Session, plan: RecordPlan, region_prefix: str) -> Iterator[bytes]:
    connection = session.connection()
    compiled = _compiled(plan, region_prefix, connection.dialect)
    driver: Any = connection.connection.driver_connection
    copy = _COPY.format(compiled.string)
    after, size = 0, FIRST_BATCH
    while (upto := _last_of_batch(session, plan, region_prefix, after, size)) > after:
        batch = compiled.construct_params({"after": after, "upto": upto})
        with driver.cursor() as cursor, cursor.copy(copy, batch) as lines:
            yield from lines
        after, size = upto, min(4 * size, BATCH)


# -- which rows, which bytes -------------------------------------------------------------------------------------------


def _last_of_batch(session: Session, plan: RecordPlan, region_prefix: str, after: int, size: int) -> int:
    """The row id that ends the batch of `size` rows after `after`, which may be the last one; 0 when there are no more rows."""
    key = plan.source.id
    rows = plan.source.visible(select(key.label("row_id")), region_prefix).where(key > after)
    batch = rows.order_by(key).limit(size).subquery()
    return session.scalar(select(func.max(batch.c.row_id))) or 0


@lru_cache(maxsize=_KEPT)
def _compiled(plan: RecordPlan, region_prefix: str, dialect: Dialect) -> Compiled:
    """The statement of a batch, ids above `:after` and up to `:upto`, in the database's words: to make it takes as long as to run it
    for some hundred rows.
    """
    _key, line, rows = _statement(plan, region_prefix, _of_batch)
    return rows.with_only_columns(line).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})


@lru_cache(maxsize=_KEPT)
def _page(plan: RecordPlan, region_prefix: str) -> Select[Any]:
    """Row id and line of `:size` rows at most with ids above `:after`."""
    key = plan.source.id
    ids = plan.source.visible(select(key.label("row_id")), region_prefix).where(
        key > bindparam("after", type_=BigInteger)
    )
    page = ids.order_by(key).limit(bindparam("size", type_=Integer)).cte("page")

    def on_page(statement: Select[Any], column: Any) -> Select[Any]:
        return statement.where(column.in_(select(page.c.row_id)))

    key, line, rows = _statement(plan, region_prefix, on_page)
    return rows.with_only_columns(key, cast(line, Text))


def _statement(plan: RecordPlan, region_prefix: str, within: Within) -> tuple[Any, ColumnElement[Any], Select[Any]]:
    """The id and the line of each record of some rows, and what to select them from, in the order of the rows."""
    fields = _plain(plan.definition.fields)
    key = plan.source.id
    rows = select(key.label("row_id"), *_labelled(fields, plan.columns))
    base = within(plan.source.visible(rows, region_prefix), key).subquery("base")
    source: Any = base
    froms = [base]
    values: list[ColumnElement[Any]] = [base.c[field.name] for field in fields]
    for number, child in enumerate(plan.lists):
        gathered = _gathered(plan.definition.field(child.name), child, region_prefix, within)
        items = gathered.subquery(f"list_{number}")
        froms.append(items)
        source = source.outerjoin(items, items.c.owner == base.c.row_id)
        values.append(func.coalesce(items.c.gathered, literal_column("'[]'::json")).label(child.name))
    source = source.join(_row(values, *froms), true())
    line = func.row_to_json(literal_column("record"))
    return base.c.row_id, line, select(line).select_from(source).order_by(base.c.row_id)


def _gathered(definition: FieldDefinition, child: ChildPlan, region_prefix: str, within: Within) -> Select[Any]:
    """The list of each parent as one JSON array, in the order of the list."""
    texts = definition.type is FieldType.TEXTS
    parent = child.children.parent
    order = [column.label(f"order_{number}") for number, column in enumerate(child.children.order)]
    values = (
        [_masked(child.columns[0]).label(definition.name)] if texts else _labelled(definition.fields, child.columns)
    )
    rows = within(select(parent.label("owner"), *order, *values), parent)
    if child.children.join is not None:
        rows = child.children.join(rows, region_prefix)
    parts = rows.subquery("parts")
    fields = [parts.c[value.name] for value in values]
    item: Any = fields[0] if texts else literal_column("record")
    gathered = func.array_agg(aggregate_order_by(item, *(parts.c[column.name] for column in order)))
    source: Any = parts if texts else parts.join(_row(fields, parts), true())
    return select(parts.c.owner, func.array_to_json(gathered).label("gathered")).select_from(source).group_by("owner")


def _row(values: list[ColumnElement[Any]], *froms: Subquery) -> LateralFromClause:
    """Values of `froms` as one row called `record`, whose names JSON takes over."""
    return select(*values).correlate(*froms).lateral("record")


def _of_batch(statement: Select[Any], column: Any) -> Select[Any]:
    return statement.where(column > bindparam("after", type_=BigInteger), column <= bindparam("upto", type_=BigInteger))


# -- values ------------------------------------------------------------------------------------------------------------


def _plain(fields: Any) -> list[FieldDefinition]:
    return [field for field in fields if field.type not in LISTS]


def _writable(fields: Any, columns: Any, derive: Any) -> bool:
    return all(
        field.source not in derive and isinstance(column.type, (*_AS_THEY_ARE, UtcDateTime))
        for field, column in zip(fields, columns, strict=False)
    )


def _labelled(fields: Any, columns: Any) -> list[ColumnElement[Any]]:
    return [_value(field, column).label(field.name) for field, column in zip(fields, columns, strict=True)]


def _value(field: FieldDefinition, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What `json_values.converter` makes of the field, in SQL."""
    if field.codes:
        return _theirs(field, column)
    if share := _SHARE.get(field.unit or field.type):
        return cast(column * literal_column(share), Text)
    if isinstance(column.type, UtcDateTime):
        return _instant(column)
    written = _masked(column) if field.type is FieldType.TEXT else column
    return func.nullif(written, _constant("")) if field.type in TEXTUAL and not field.required else written


def _masked(column: Any) -> ColumnElement[Any]:
    """What `masks.masked` makes of a text, in SQL."""
    hidden = column
    for pattern, replacement in MASKS:
        hidden = func.regexp_replace(hidden, _constant(pattern), _constant(replacement), _constant("g"))
    return case((column.regexp_match(_constant(SUSPECT)), hidden), else_=column)


def _constant(text: str) -> ColumnElement[str]:
    """A text of ours as it stands in a statement: two hundred parameters that are always the same take as long as the page itself."""
    return literal_column("'{}'".format(text.replace("'", "''")), String())


def _theirs(field: FieldDefinition, column: Any) -> ColumnElement[Any]:
    if not field.by_prefix:
        return case(dict(field.codes), value=column, else_=null())
    longest_first = sorted(field.codes, key=len, reverse=True)
    return case(
        *((column.startswith(code, autoescape=True), field.codes[code]) for code in longest_first), else_=null()
    )


def _instant(column: Any) -> ColumnElement[Any]:
    """In UTC with Z; six digits after the second where it is no whole one."""
    whole = func.date_trunc(_constant("second"), column) == column
    form = case((whole, _constant('YYYY-MM-DD"T"HH24:MI:SS"Z"')), else_=_constant('YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    return func.to_char(func.timezone(_constant("UTC"), column), form)
