"""Whether a connection that rested in the pool still lives: asked of the server only where there is doubt.

To ask each time costs every page a round trip. A server that ends, or ends a connection, says so on the line, and whoever rests there
is silent: a line with something on it is in doubt, and so is one that rested long (a firewall may have forgotten it).
"""

import select
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

#: Seconds of rest after which a connection is asked.
LONG = 30
_RESTED = "yumiao_rested"


def ask_where_in_doubt(engine: Engine) -> None:
    """Take a connection from the pool only if it lives; with one that does not, all that rest there are opened anew."""

    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_RESTED] = monotonic()

    @event.listens_for(engine, "checkout")
    def checkout(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        rested = record.info.get(_RESTED)  # one that was just opened never did
        if rested is None:
            return
        try:
            if monotonic() - rested > LONG or _is_spoken_to(connection.fileno()):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _is_spoken_to(line: int) -> bool:
    """Whether something came that nobody asked for: a last word, or the end of the line."""
    poll = select.poll()
    poll.register(line, select.POLLIN)
    return bool(poll.poll(0))
