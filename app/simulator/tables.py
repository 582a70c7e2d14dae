"""The simulator's own tables. They are none of Yumiao's: no migration knows them, they are made when it starts."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from app.kit.db import Database, Json, UtcDateTime, schema_scope
from app.kit.slices import Composition

METADATA = MetaData()

#: Small things that outlive a restart: the key, the faults, how far the clock was moved.
setting = Table(
    "setting", METADATA, Column("name", String(40), primary_key=True), Column("value", Json, nullable=False)
)

tally = Table("tally", METADATA, Column("name", String(40), primary_key=True), Column("n", Integer, nullable=False))

used_nonce = Table(
    "used_nonce",
    METADATA,
    Column("nonce", String(64), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

handover = Table(
    "handover",
    METADATA,
    Column("number", String(40), primary_key=True),
    Column("manifest", Json, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)

#: Every version of a record that arrived, in the order of its first arrival, and what became of it.
delivery = Table(
    "delivery",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("idempotency_key", String(200), nullable=False, unique=True),
    Column("handover", String(40), nullable=False, index=True),
    Column("resource", String(40), nullable=False),
    Column("key", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("record", Json, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("first_receipt", Json, nullable=False),
    Column("decide_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("arrivals", Integer, nullable=False, default=1),
    Index("ix_delivery_outcome", "outcome", "decide_at"),
)

#: What it holds of each record now; a tombstone stays, so that an older version cannot bring the record back.
held = Table(
    "held",
    METADATA,
    Column("resource", String(40), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("data", Json),
)

#: Each version that took effect, in the order in which it did.
effect = Table(
    "effect",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("resource", String(40), nullable=False),
    Column("key", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("resource", "key", "version"),
)

#: Every receipt in its order; `due_at` when it is to be told by callback (again), null when it need not be.
receipt = Table(
    "receipt",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("content", Json, nullable=False),
    Column("due_at", UtcDateTime, index=True),
    Column("tries", Integer, nullable=False, default=0),
    Column("answer", Text, nullable=False, default=""),
)

call = Table(
    "call",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", String(240), nullable=False),
    Column("status", Integer),
    Column("fault", String(20), nullable=False, default=""),
)


def open_store(url: str) -> Database:
    """The simulator's database, its tables made where they are missing."""
    database = Database(url, Composition())
    with schema_scope(database) as connection:
        METADATA.create_all(connection)
    return database
