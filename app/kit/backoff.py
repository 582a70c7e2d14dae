"""How long to wait before something is tried again."""

from datetime import timedelta


def backoff(failures: int, first: timedelta, longest: timedelta, jitter: float) -> timedelta:
    """The wait after the `failures`-th failure in a row: `first`, doubled each time, at most `longest`.

    `jitter` in 0-1 spreads it from half to the whole, so that what failed together is not tried again together.
    """
    doubled: timedelta = first * (1 << min(failures - 1, 20))
    return min(doubled, longest) * (1 + jitter) / 2
