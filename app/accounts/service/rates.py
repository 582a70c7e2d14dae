"""What each caller has left of its rate, shared by all processes of a deployment on PostgreSQL."""

from datetime import timedelta

from sqlalchemy import Connection, Double, cast, delete, extract, func, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import RateBucket
from app.kit.db import Database, immediate_scope

#: A bucket that nobody took from for so long is full again at any rate that can be set.
_KEPT = timedelta(days=1)
_FORGET_EVERY = 10_000
#: Addresses may be forged, and as long as one likes.
_LONGEST_KEY = 100


class SharedBuckets:
    """Buckets of all processes; the database's clock counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken = 0

    def take(self, key: str, per_second: float, burst: int) -> float:
        """The calls left after this one; below 0 there was none to take, and so much is missing."""
        key, now = key[:_LONGEST_KEY], func.clock_timestamp()
        passed = cast(extract("epoch", now - RateBucket.at), Double)
        refilled = func.least(float(burst), RateBucket.remaining + passed * per_second)
        # One statement, one row lock: of several processes each sees what the others took.
        taken = (
            insert(RateBucket)
            .values(key=key, remaining=burst - 1.0, at=now)
            .on_conflict_do_update(
                index_elements=[RateBucket.key], set_={"remaining": refilled - 1, "at": now}, where=refilled >= 1
            )
            .returning(RateBucket.remaining)
        )
        with immediate_scope(self._database) as connection:
            self._forget(connection)
            left = connection.scalar(taken)
            if left is None:
                left = (connection.scalar(select(refilled).where(RateBucket.key == key)) or 0.0) - 1
            return float(left)

    def _forget(self, connection: Connection) -> None:
        self._taken += 1
        if self._taken % _FORGET_EVERY == 0:
            connection.execute(delete(RateBucket).where(RateBucket.at < func.now() - _KEPT))
