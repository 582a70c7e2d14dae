"""Snapshot lines made by PostgreSQL itself: the bytes that `encoding` would make, without a Python object for each value.

One statement for a batch of rows: each value as JSON has it, each list gathered by its parent, each record one line, streamed by
COPY. It says in SQL what `encoding.converter` says in Python; a test holds both against each other over random rows. What only
Python can make (`derive`), and types that the two write differently, are left to Python: `can_write` tells.
"""

from collections.abc import Generator, Iterator
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
from app.exchange.records import ChildPlan, RecordPlan, iterate_records
from app.kit.db import UtcDateTime

#: Rows that one statement writes: few at first, to begin at once, then four times as many each time; few enough to be joined in memory.
FIRST_BATCH = 50
BATCH = 2_000

#: A line holds neither of the two marks (JSON escapes them), so COPY leaves it as it is.
_COPY = r"COPY ({}) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"
_AS_THEY_ARE = (String, Integer, Boolean, Date)
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


def can_write(session: Session, plan: RecordPlan) -> bool:
    """Whether the session's database can write the lines of this plan."""
    if session.get_bind().dialect.name != "postgresql":
        return False
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


@lru_cache(maxsize=64)
def _compiled(plan: RecordPlan, region_prefix: str, dialect: Dialect) -> Compiled:
    """The statement in the database's words: to make it takes as long as to run it for some hundred rows."""
    return _statement(plan, region_prefix).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})


def _statement(plan: RecordPlan, region_prefix: str) -> Select[Any]:
    """One line a record of the rows with ids above `:after` and up to `:upto`."""
    fields = _plain(plan.definition.fields)
    key = plan.source.id
    rows = select(key.label("row_id"), *_labelled(fields, plan.columns))
    base = _of_batch(plan.source.visible(rows, region_prefix), key).subquery("base")
    source: Any = base
    froms = [base]
    values: list[ColumnElement[Any]] = [base.c[field.name] for field in fields]
    for number, child in enumerate(plan.lists):
        gathered = _gathered(plan.definition.field(child.name), child, region_prefix)
        items = gathered.subquery(f"list_{number}")
        froms.append(items)
        source = source.outerjoin(items, items.c.owner == base.c.row_id)
        values.append(func.coalesce(items.c.gathered, literal_column("'[]'::json")).label(child.name))
    source = source.join(_row(values, *froms), true())
    return select(func.row_to_json(literal_column("record"))).select_from(source).order_by(base.c.row_id)


def _gathered(definition: FieldDefinition, child: ChildPlan, region_prefix: str) -> Select[Any]:
    """The list of each parent as one JSON array, in the order of the list."""
    texts = definition.type is FieldType.TEXTS
    parent = child.children.parent
    order = [column.label(f"order_{number}") for number, column in enumerate(child.children.order)]
    values = (
        [_masked(child.columns[0]).label(definition.name)] if texts else _labelled(definition.fields, child.columns)
    )
    rows = _of_batch(select(parent.label("owner"), *order, *values), parent)
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
    """What `encoding.converter` makes of the field, in SQL."""
    if field.codes:
        return _theirs(field, column)
    if share := _SHARE.get(field.unit or field.type):
        return cast(column * literal_column(share), Text)
    if isinstance(column.type, UtcDateTime):
        return _instant(column)
    written = _masked(column) if field.type is FieldType.TEXT else column
    return func.nullif(written, "") if field.type in TEXTUAL and not field.required else written


def _masked(column: Any) -> ColumnElement[Any]:
    """What `masking.masked` makes of a text, in SQL."""
    hidden = column
    for pattern, replacement in MASKS:
        hidden = func.regexp_replace(hidden, pattern, replacement, "g")
    return case((column.regexp_match(SUSPECT), hidden), else_=column)


def _theirs(field: FieldDefinition, column: Any) -> ColumnElement[Any]:
    if not field.by_prefix:
        return case(dict(field.codes), value=column, else_=null())
    longest_first = sorted(field.codes, key=len, reverse=True)
    return case(
        *((column.startswith(code, autoescape=True), field.codes[code]) for code in longest_first), else_=null()
    )


def _instant(column: Any) -> ColumnElement[Any]:
    """In UTC with Z; six digits after the second where it is no whole one."""
    whole = func.date_trunc("second", column) == column
    form = case((whole, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), else_='YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return func.to_char(func.timezone("UTC", column), form)
