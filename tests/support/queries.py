"""Counting the statements that a piece of code sends, and reading the plan of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Executable, event, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import cloned_traverse

from app.reference.published import reading_to_keep

_NO_QUERY = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA", "EXPLAIN")


def is_query(statement: str) -> bool:
    """Whether a statement asks or changes something, apart from keeping transactions."""
    return not statement.lstrip().upper().startswith(_NO_QUERY)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collects every statement that any engine of this process executes inside the block, but what is read once to be kept."""
    statements: list[str] = []

    def collect(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if is_query(statement) and not reading_to_keep.get():
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", collect)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", collect)


def filled(statement: Any, **values: Any) -> Any:
    """A statement kept with open parameters, with these values in it."""

    def fill(parameter: Any) -> None:
        if parameter.key in values:
            parameter.value, parameter.required, parameter.callable = values[parameter.key], False, None

    return cloned_traverse(statement, {}, {"bindparam": fill})


def plan_of(session: Session, statement: Executable) -> str:
    """The database's plan as text. PostgreSQL is told to avoid scans, so that a usable index shows at few rows."""
    connection = session.connection()
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    prefix = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local enable_seqscan = off"))
    parameters = compiled.construct_params()
    processors = compiled._bind_processors
    bound = {name: processors[name](value) if name in processors else value for name, value in parameters.items()}
    ordered: Any = tuple(bound[name] for name in compiled.positiontup) if compiled.positional else bound
    rows = connection.exec_driver_sql(prefix + compiled.string, ordered)
    return "\n".join(str(row[-1]) for row in rows)
