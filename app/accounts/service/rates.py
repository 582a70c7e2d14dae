"""What each caller has left of its rate, shared by all processes of a deployment on PostgreSQL."""

from datetime import timedelta

from sqlalchemy import Connection, Double, String, bindparam, cast, delete, extract, func, select, true
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import RateBucket
from app.kit.db import Database, immediate_scope

#: A bucket that nobody took from for so long is full again at any rate that can be set.
_KEPT = timedelta(days=1)
_FORGET_EVERY = 10_000
#: Addresses may be forged, and as long as one likes.
_LONGEST_KEY = 100


#: A caller, what comes back to it in a second, what it has at most.
_CALLER = bindparam("caller", type_=String)
_PER_SECOND, _MOST = (bindparam(name, type_=Double) for name in ("per_second", "most"))
_NOW = func.clock_timestamp()
_REFILLED = func.least(_MOST, RateBucket.remaining + cast(extract("epoch", _NOW - RateBucket.at), Double) * _PER_SECOND)
#: One statement, one row lock: of several processes each sees what the others took. Made once, for every call asks it.
#: It does not wait for the disk, and so nor do the client's other calls for the row: after a power cut somebody may have a few calls more.
_TAKE = (
    insert(RateBucket)
    .values(key=_CALLER, remaining=_MOST - 1.0, at=_NOW)
    .on_conflict_do_update(
        index_elements=[RateBucket.key], set_={"remaining": _REFILLED - 1.0, "at": _NOW}, where=_REFILLED >= 1.0
    )
    .returning(RateBucket.remaining, func.set_config("synchronous_commit", "off", true()))
)
_LEFT = select(_REFILLED).where(RateBucket.key == _CALLER)


class SharedBuckets:
    """Buckets of all processes; the database's clock counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken = 0

    def take(self, key: str, per_second: float, burst: int) -> float:
        """The calls left after this one; below 0 there was none to take, and so much is missing."""
        asked = {"caller": key[:_LONGEST_KEY], "per_second": per_second, "most": float(burst)}
        with immediate_scope(self._database) as connection:
            self._forget(connection)
            left = connection.scalar(_TAKE, asked)
            if left is None:
                left = (connection.scalar(_LEFT, asked) or 0.0) - 1
            return float(left)

    def _forget(self, connection: Connection) -> None:
        self._taken += 1
        if self._taken % _FORGET_EVERY == 0:
            connection.execute(delete(RateBucket).where(RateBucket.at < func.now() - _KEPT))
