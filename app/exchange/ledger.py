"""Gathers what clients read and writes it down a few times a minute, so that a GET never waits for the write lock."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError, OperationalError

from app.exchange.partners.nonces import forget_expired
from app.exchange.service import ClientRead, note_reading
from app.kit.db import Database, session_scope

WRITE_EVERY = timedelta(seconds=10)


class ReadingLedger:
    """Readings of this process that are not yet written. Losing some in a crash loses a statistic, nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: dict[tuple[int, str], ClientRead] = {}
        self._written_at: datetime | None = None
        self._later: threading.Timer | None = None
        self._lock = threading.Lock()

    def note(self, reading: ClientRead) -> bool:
        """Add `reading`; whether the last time is long enough ago to `write` everything down. Else that is done a little later."""
        with self._lock:
            self._add(reading)
            due = self._written_at is None or reading.at - self._written_at >= WRITE_EVERY
            if due:
                self._written_at = reading.at
            elif self._later is None:
                self._later = threading.Timer(WRITE_EVERY.total_seconds(), self.write)
                self._later.daemon = True
                self._later.start()
            return due

    def write(self) -> None:
        """Write down what is pending; what cannot be written now waits for the next time."""
        with self._lock:
            pending, self._pending = self._pending, {}
            self._cancel()
        for reading in pending.values():
            try:
                with session_scope(self._database) as session:
                    note_reading(session, reading)
                    forget_expired(session, reading.at)
            except (OperationalError, IntegrityError):
                with self._lock:
                    self._add(reading)

    def close(self) -> None:
        """Write down the rest; for the end of the process."""
        self.write()

    def _add(self, reading: ClientRead) -> None:
        key = (reading.client_row_id, reading.channel)
        before = self._pending.get(key)
        if before is None:
            self._pending[key] = reading
            return
        newest = max(before, reading, key=lambda each: each.at)
        self._pending[key] = replace(newest, records=before.records + reading.records)

    def _cancel(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
