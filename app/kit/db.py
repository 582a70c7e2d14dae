"""Sessions and column types for the two databases. This is the only module that commits.

SQLite (the embedded default) runs in WAL mode; a writing session takes the write lock at its first statement
(`BEGIN IMMEDIATE`), so that two writers queue instead of failing in the middle. A reading session never takes it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, TypeVar, cast
from weakref import WeakKeyDictionary

import orjson
from psycopg import IsolationLevel
from sqlalchemy import JSON, BigInteger, DateTime, Engine, Integer, MetaData, String, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.kit.alive import ask_where_in_doubt
from app.kit.slices import Composition, Port
from app.kit.turns import turns_at

#: Connections of one pool. `doors.admission` shares the server's out among those who may be inside at once.
POOL_SIZE = 18
#: Seconds that a thread waits for one; it should find one at once.
POOL_WAIT = 5
#: Seconds that a writer waits on SQLite for those who came before: in a queue inside the process, by asking again between processes.
WRITER_PATIENCE = 15

#: As strict as the library's own writer: neither days nor records become a text by themselves.
_JSON = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_READ_ONLY = "yumiao_read_only"
_SNAPSHOT = "yumiao_snapshot"
_COMPOSITION = "yumiao_composition"
_TURN = "yumiao_turn"
_BESIDE = "yumiao_beside"
_FOLDER = "yumiao_folder"
Kept = TypeVar("Kept")


class Base(DeclarativeBase):
    """Every table of the house; constraints carry predictable names so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


BigId = BigInteger().with_variant(Integer, "sqlite")
PrimaryKey = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
#: An option of tables whose rows may go while the journal still names them by number: SQLite would give the last number again.
NUMBERS_GIVEN_ONCE = {"sqlite_autoincrement": True}


def Code(length: int) -> String:  # noqa: N802 - reads as a column type beside String
    """A string compared byte by byte on both databases: codes, and all that is sorted or range-scanned."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: always aware and in UTC, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A time zone where the database can keep one."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into UTC; an instant without a time zone is an error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Modules with tables.
TABLES: Port[ModuleType] = Port("module with tables", ModuleType)


class Database:
    """One database and its pool of connections; made once by the composition root and handed on. Its sessions carry the composition.

    `reading` is its engine for who only reads; `beside` is what is kept of it in memory (`kept_beside`), `folder` where some of that may lie on file. What is committed outlives a power cut. Only a caller that throws its database away, as tests do, asks for one that is not
    `durable`: quicker on SQLite, and no setting of a deployment reaches it. One that is `temporary_only` may write temporary tables of
    PostgreSQL and nothing else, whatever it is asked.
    """

    def __init__(
        self,
        url: str,
        composition: Composition,
        *,
        durable: bool = True,
        pool_size: int = POOL_SIZE,
        folder: Path | None = None,
        temporary_only: bool = False,
    ) -> None:
        self.url = _with_driver(url)
        self.dialect = "sqlite" if self.url.startswith("sqlite") else "postgresql"
        on_sqlite = self.dialect == "sqlite"
        engine = (
            _sqlite_engine(self.url, pool_size, durable)
            if on_sqlite
            else _postgresql_engine(self.url, pool_size, temporary_only)
        )
        self.engine = engine.execution_options(**{_COMPOSITION: composition, _FOLDER: folder})
        self.reading = self.engine.execution_options(**{_READ_ONLY: True})
        self.composition = composition
        self.beside: dict[Any, Any] = {}
        self.folder = folder

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _with_driver(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def as_json(value: Any) -> str:
    """What a column of JSON keeps; numbers beyond 64 bits and halves of characters are left to the slower writer."""
    try:
        return orjson.dumps(value, option=_JSON).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value)


def from_json(text: str) -> Any:
    """What `as_json` kept. Most columns of JSON hold nothing in most rows, and nobody asks the reader about that."""
    if text == "{}":
        return {}
    return [] if text == "[]" else json.loads(text)


def _postgresql_engine(url: str, pool_size: int, temporary_only: bool) -> Engine:
    reading = " -c default_transaction_read_only=on" if temporary_only else ""
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        hide_parameters=True,
        json_serializer=as_json,
        # No JIT: it compiles the long statements of desk and search anew each time, for seconds, and saves milliseconds.
        connect_args={"options": "-c timezone=UTC -c lock_timeout=30s -c jit=off" + reading},
    )
    ask_where_in_doubt(engine)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """What kind of transaction the driver begins; a connection that goes from reader to reader is told once."""
        options, driver = connection.get_execution_options(), cast(Any, connection.connection.driver_connection)
        only = True if options.get(_READ_ONLY) else None
        level = IsolationLevel.REPEATABLE_READ if only or options.get(_SNAPSHOT) else None
        if (driver.isolation_level, driver.read_only) != (level, only):
            driver.isolation_level, driver.read_only = level, only

    return engine


def _sqlite_engine(url: str, pool_size: int, durable: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        hide_parameters=True,
        json_serializer=as_json,
        json_deserializer=from_json,
        connect_args={"check_same_thread": False},
    )
    # Below `full`, WAL syncs at checkpoints only, and a power cut loses what was committed since.
    synchronous = "full" if durable else "off"

    @event.listens_for(engine, "connect")
    def prepare(dbapi_connection: Any, _: ConnectionPoolEntry) -> None:
        dbapi_connection.isolation_level = None
        for pragma in (
            "journal_mode=wal",
            f"synchronous={synchronous}",
            f"busy_timeout={WRITER_PATIENCE * 1000}",
            "foreign_keys=on",
        ):
            dbapi_connection.execute(f"pragma {pragma}")

    turns = turns_at(engine.url.database or str(id(engine)))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_READ_ONLY, False):
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get(_TURN):
            if not turns.take(WRITER_PATIENCE):
                raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
            connection.info[_TURN] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def checkin(_: Any, record: ConnectionPoolEntry) -> None:
        if record.info.pop(_TURN, False):
            turns.give_on()

    return engine


# -- sessions ---------------------------------------------------------------------------------------------------------

FinalStep = Callable[[Session], None]
#: The last statements of every writing transaction, after the last flush.
FINAL_STEPS: Port[FinalStep] = Port("final step", Callable)


def composition_of(session: Session) -> Composition:
    """The composition that the session's database was opened with."""
    return cast(Composition, session.get_bind().get_execution_options()[_COMPOSITION])


@contextmanager
def session_scope(database: Database) -> Iterator[Session]:
    """A writing transaction: commits when the block ends, rolls back when it raises."""
    with Session(database.engine, autoflush=True, expire_on_commit=False) as session:
        yield session
        commit(session)


@contextmanager
def read_scope(database: Database) -> Iterator[Session]:
    """A reading transaction on one consistent snapshot; it never takes the write lock and never commits."""
    with Session(database.reading, autoflush=False, info={_BESIDE: database.beside}) as session:
        yield session


def kept_beside(session: Session, make: Callable[[], Kept]) -> Kept | None:
    """What is kept in memory of the database that a session reads; `make` makes it once a database.

    None where the session may write, or reads a past day: it does not see what everybody sees.
    """
    beside: dict[Any, Any] | None = session.info.get(_BESIDE)
    if beside is None:
        return None
    return cast(Kept, beside[make] if make in beside else beside.setdefault(make, make()))


def folder_of(session: Session) -> Path | None:
    """Where some of what is kept in memory of the session's database may lie on file; None where nothing does."""
    return cast(Path | None, session.get_bind().get_execution_options().get(_FOLDER))


@contextmanager
def scratch_scope(database: Database) -> Iterator[Session]:
    """A reading transaction on one snapshot in which temporary tables and views may be made; all of it is rolled back."""
    kind = _SNAPSHOT if database.dialect == "postgresql" else _READ_ONLY
    with Session(database.engine.execution_options(**{kind: True}), autoflush=False) as session:
        yield session


@contextmanager
def immediate_scope(database: Database) -> Iterator[Connection]:
    """A connection whose every statement counts at once: for what belongs to no business transaction, as a caller's rate."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def schema_scope(database: Database) -> Iterator[Connection]:
    """One transaction that may change or rebuild tables: all of it happens, or nothing.

    SQLite does not check foreign keys meanwhile (it would at every dropped table); who moves rows checks at the end.
    """
    with database.engine.connect() as connection:
        _enforce_foreign_keys(connection, enforced=False)
        try:
            with connection.begin():
                yield connection
        finally:
            _enforce_foreign_keys(connection, enforced=True)


def _enforce_foreign_keys(connection: Connection, *, enforced: bool) -> None:
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"pragma foreign_keys={'on' if enforced else 'off'}")


#: So many new rows change how the database should look for them.
MUCH = 1_000


def refresh_statistics(database: Database, written: int = MUCH) -> None:
    """Let PostgreSQL look at what lies in its tables: after `MUCH` or more was `written` at once, before its own turn comes minutes later.

    Without statistics it takes a table of thousands for one of a few rows. SQLite plans by its indexes alone.
    """
    if database.dialect == "postgresql" and written >= MUCH:
        with session_scope(database) as session:
            session.execute(text("ANALYZE"))


def commit(session: Session) -> None:
    """Flush, run the final steps (the journal takes its positions there), commit."""
    session.flush()
    for step in composition_of(session).of(FINAL_STEPS):
        step(session)
    session.commit()


def is_postgresql(session: Session) -> bool:
    """Whether the session's database is PostgreSQL; else it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def insert_into(session: Session, table: type[Base]) -> Any:
    """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`, in the words of the session's database."""
    return (postgresql if is_postgresql(session) else sqlite).insert(table)


# -- what was noted inside a savepoint is forgotten when that savepoint rolls back ---------------------------------------

_NOTES = "yumiao_notes"
_marks: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


def notes(session: Session) -> list[Any]:
    """Things to do in the final step; a rolled-back savepoint takes back what was added inside it."""
    found: list[Any] = session.info.setdefault(_NOTES, [])
    return found


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _marks[transaction] = len(notes(session))
    else:  # a flush opens a transaction of its own; when it fails, the savepoint around it is what rolls back
        _marks[transaction] = _marks.get(transaction.parent, 0) if transaction.parent else 0


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    del notes(session)[_marks.get(transaction, 0) :]
