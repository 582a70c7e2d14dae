"""A token bucket per machine client, in this process."""

import math
import threading
import time
from dataclasses import dataclass

from app.kit.errors import TooMany
from app.kit.i18n import _

MOST_BUCKETS = 10_000


@dataclass(frozen=True)
class Rate:
    """`burst` calls at once, then `per_second` a second."""

    per_second: float
    burst: int

    def headers(self, left: float) -> dict[str, str]:
        """What an answer tells its caller: calls at once, calls left, seconds until all are back."""
        return {
            "ratelimit-limit": str(self.burst),
            "ratelimit-remaining": str(int(left)),
            "ratelimit-reset": str(math.ceil((self.burst - left) / self.per_second)),
        }


class RateLimiter:
    """Keeps each caller to its rate, by default to this one."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.standard = Rate(per_second, burst)
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def rate(self, per_second: int | None, burst: int | None) -> Rate:
        """A caller's own rate; what is not set is the standard."""
        return Rate(per_second or self.standard.per_second, burst or self.standard.burst)

    def take(self, key: str, rate: Rate | None = None) -> int:
        """Take one call; returns how many are left at once. Raises `TooMany` beyond the rate."""
        rate = rate or self.standard
        now = time.monotonic()
        with self._lock:
            left, at = self._buckets.get(key, (float(rate.burst), now))
            left = min(float(rate.burst), left + (now - at) * rate.per_second)
            if left < 1:
                self._keep(key, left, now)
                wait = max(1, round((1 - left) / rate.per_second + 0.5))
                raise TooMany("rate.exceeded", _("调用过于频繁，请稍后再试。"), wait)
            self._keep(key, left - 1, now)
            return int(left - 1)

    def _keep(self, key: str, left: float, now: float) -> None:
        self._buckets.pop(key, None)
        self._buckets[key] = (left, now)
        if len(self._buckets) > MOST_BUCKETS:
            del self._buckets[next(iter(self._buckets))]  # the one that was quiet longest
