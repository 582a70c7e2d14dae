"""Turns: what only one may do at a time is done in the order of coming, and nobody asks again and again whether it is free."""

import threading
from collections import deque
from functools import lru_cache


class Turns:
    """One has the turn; the others wait in a queue."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, patience: float) -> bool:
        """Wait for the turn and keep it until it is given on; False when it did not come within so many seconds."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(patience):
            return True
        with self._lock:
            if mine.is_set():  # it came at the last moment
                return True
            self._waiting.remove(mine)
            return False

    def give_on(self) -> None:
        """Give the turn to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


@lru_cache(maxsize=1_000)
def turns_at(place: str) -> Turns:
    """The turns at one place, such as a file: the same for everybody in this process, whichever way they come."""
    return Turns()
