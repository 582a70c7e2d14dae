"""Waiting longer each time."""

from datetime import timedelta

from app.kit.backoff import backoff

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_the_wait_doubles_up_to_the_longest() -> None:
    waits = [backoff(failures, MINUTE, HOUR, 1) for failures in (1, 2, 3, 6, 7, 500)]
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 32 * MINUTE, HOUR, HOUR]


def test_jitter_spreads_it_from_half_to_the_whole() -> None:
    assert backoff(1, MINUTE, HOUR, 0) == MINUTE / 2
    assert backoff(1, MINUTE, HOUR, 0.5) == MINUTE * 3 / 4
