"""A token bucket per machine client, in this process."""

import math
import threading
import time

from app.kit.errors import TooMany
from app.kit.i18n import _


class RateLimiter:
    """`burst` calls at once, then `per_second` a second; raises `TooMany` beyond."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """Take one call; returns how many are left at once."""
        now = time.monotonic()
        with self._lock:
            left, at = self._buckets.get(key, (float(self._burst), now))
            left = min(float(self._burst), left + (now - at) * self._per_second)
            if left < 1:
                self._buckets[key] = (left, now)
                wait = max(1, round((1 - left) / self._per_second + 0.5))
                raise TooMany("rate.exceeded", _("调用过于频繁，请稍后再试。"), wait)
            self._buckets[key] = (left - 1, now)
            return int(left - 1)

    def headers(self, left: int) -> dict[str, str]:
        """What an answer tells its caller: calls at once, calls left, seconds until all are back."""
        return {
            "ratelimit-limit": str(self._burst),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(math.ceil((self._burst - left) / self._per_second)),
        }
