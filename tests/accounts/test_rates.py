"""The rate of a caller holds over several processes: each has buckets of its own, the database has what is left."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.accounts.service.rates import _TAKE, SharedBuckets
from app.doors.requests.rate import Buckets, MemoryBuckets, Rate, RateLimiter
from app.kit.db import Database, immediate_scope
from app.kit.errors import TooMany

#: One call comes back in more than a day: what is taken during a test stays taken.
SLOWLY = 1e-5


@pytest.fixture
def shared(database: Database) -> SharedBuckets:
    return SharedBuckets(database)


def test_four_processes_let_nobody_have_more_than_one_would(shared: SharedBuckets, database: Database) -> None:
    processes = [shared, *(SharedBuckets(Database(database.url, database.composition)) for _ in range(3))]
    limiters = [RateLimiter(SLOWLY, 20, buckets) for buckets in processes]

    def call(number: int) -> bool:
        try:
            limiters[number % 4].take("client")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        outcomes = Counter(threads.map(call, range(60)))
    assert outcomes == {True: 20, False: 40}
    for buckets in processes[1:]:
        buckets._database.dispose()


def test_a_process_alone_counts_in_its_memory() -> None:
    _is_kept_to_its_rate(MemoryBuckets())


def test_the_database_counts_like_the_memory(shared: SharedBuckets) -> None:
    _is_kept_to_its_rate(shared)


def _is_kept_to_its_rate(buckets: Buckets) -> None:
    limiter = RateLimiter(50, 500, buckets)
    assert [limiter.take("one", Rate(SLOWLY, 3)) for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMany) as refused:
        limiter.take("one", Rate(SLOWLY, 3))
    assert refused.value.retry_after == pytest.approx(1 / SLOWLY, rel=0.01)
    assert limiter.take("another", Rate(SLOWLY, 3)) == 2, "callers have nothing to do with each other"


def test_what_was_taken_comes_back_with_time(shared: SharedBuckets, database: Database) -> None:
    limiter = RateLimiter(SLOWLY, 3, shared)
    for _ in range(3):
        limiter.take("one")
    with immediate_scope(database) as connection:
        connection.execute(text("update rate_bucket set at = at - interval '10 hours'"))
    assert limiter.take("one", Rate(2 / 36_000, 3)) == 1, "two came back, one of them was taken"


def test_a_call_does_not_wait_for_the_disk(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text("set local synchronous_commit to on"))
        connection.execute(_TAKE, {"caller": "one", "per_second": 1.0, "most": 3.0})
        assert connection.scalar(text("show synchronous_commit")) == "off"
