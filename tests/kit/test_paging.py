"""An honest count."""

import pytest
from sqlalchemy import create_engine, literal, select, union_all
from sqlalchemy.orm import Session

from app.kit.paging import Count, count_up_to


@pytest.mark.parametrize(("rows", "count"), [(1, Count(1)), (3, Count(3)), (4, Count(3, more=True))])
def test_a_count_is_exact_up_to_its_bound(rows: int, count: Count) -> None:
    counted = union_all(*(select(literal(n).label("n")) for n in range(rows))).subquery()
    with Session(create_engine("sqlite://")) as session:
        assert count_up_to(session, select(counted.c.n), bound=3) == count
