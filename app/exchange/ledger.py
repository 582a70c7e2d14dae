"""Gathers what clients read and writes it down a few times a minute, so that a GET never waits for the write lock."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError, OperationalError

from app.exchange.service import Reading, note_reading
from app.kit.db import Database, session_scope

WRITE_EVERY = timedelta(seconds=10)


class ReadingLedger:
    """Readings of this process that are not yet written. Losing some in a crash loses a statistic, nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: dict[tuple[int, str], Reading] = {}
        self._written_at: datetime | None = None
        self._lock = threading.Lock()

    def note(self, reading: Reading) -> None:
        """Add `reading`; write everything down when the last time is long enough ago."""
        key = (reading.client_row_id, reading.channel)
        with self._lock:
            before = self._pending.get(key)
            self._pending[key] = replace(reading, records=before.records + reading.records) if before else reading
            due = self._written_at is None or reading.at - self._written_at >= WRITE_EVERY
            if due:
                self._written_at = reading.at
        if due:
            self.write()

    def write(self) -> None:
        """Write down what is pending; what cannot be written now waits for the next time."""
        with self._lock:
            pending, self._pending = self._pending, {}
        for key, reading in pending.items():
            try:
                with session_scope(self._database) as session:
                    note_reading(session, reading)
            except (OperationalError, IntegrityError):
                self._put_back(key, reading)

    def _put_back(self, key: tuple[int, str], reading: Reading) -> None:
        with self._lock:
            newer = self._pending.get(key)
            self._pending[key] = replace(newer, records=newer.records + reading.records) if newer else reading
