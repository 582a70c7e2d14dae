"""A token bucket per caller: in the memory of one process, or in the database that several share."""

import math
import threading
import time
from dataclasses import dataclass
from typing import Protocol

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


class Buckets(Protocol):
    """Where it stands what each caller has left."""

    def take(self, key: str, per_second: float, burst: int) -> float:
        """The calls left after this one; below 0 there was none to take, and so much is missing."""


class RateLimiter:
    """Keeps each caller to its rate, by default to this one."""

    def __init__(self, per_second: float, burst: int, buckets: Buckets | None = None) -> None:
        self.standard = Rate(per_second, burst)
        self._buckets = buckets or MemoryBuckets()

    def rate(self, per_second: int | None, burst: int | None) -> Rate:
        """A caller's own rate; what is not set is the standard."""
        return Rate(per_second or self.standard.per_second, burst or self.standard.burst)

    def take(self, key: str, rate: Rate | None = None) -> int:
        """Take one call; returns how many are left at once. Raises `TooMany` beyond the rate."""
        rate = rate or self.standard
        left = self._buckets.take(key, rate.per_second, rate.burst)
        if left < 0:
            wait = max(1, round(-left / rate.per_second + 0.5))
            raise TooMany("rate.exceeded", _("调用过于频繁，请稍后再试。"), wait)
        return int(left)


class MemoryBuckets:
    """Those of one process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, per_second: float, burst: int) -> float:
        """See `Buckets`."""
        now = time.monotonic()
        with self._lock:
            left, at = self._kept.pop(key, (float(burst), now))
            left = min(float(burst), left + (now - at) * per_second)
            self._kept[key] = (left - 1 if left >= 1 else left, now)
            if len(self._kept) > MOST_BUCKETS:
                del self._kept[next(iter(self._kept))]  # the one that was quiet longest
            return left - 1
