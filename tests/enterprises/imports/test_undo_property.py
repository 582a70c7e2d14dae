"""Import then undo = before: random workbooks of several registers, about firms, experts and records that partly stand already."""

from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.enterprises.imports.domain import ImportKind
from tests.counts import Counts
from tests.factories.random_workbooks import SHEETS, WORKBOOKS
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer
from tests.support.undo import Undoer, state_of


def test_import_then_undo_is_as_before(importer: Importer, tmp_path: Path, counts: Counts) -> None:
    numbers, undoer = count(1), Undoer(importer)
    seen: set[str] = set()

    def take(book: dict[str, Grid]) -> int:
        return importer.take_in(write_grids(tmp_path / f"{next(numbers)}.xlsx", book), ImportKind.WORKBOOK)

    @settings(
        max_examples=max(counts.property_examples // 10, 4),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(first=st.none() | WORKBOOKS, second=st.fixed_dictionaries(SHEETS))
    def check(first: dict[str, Grid] | None, second: dict[str, Grid]) -> None:
        standing = take(first) if first else None
        before = state_of(importer.database)
        taken = take(second)
        seen.update(name for name, rows in state_of(importer.database).items() if len(rows) > len(before[name]))
        assert undoer.undo(taken)["left"] == 0
        assert state_of(importer.database) == before
        if standing:
            undoer.undo(standing)

    check()
    assert seen >= {
        "enterprise",
        "contact",
        "yearly_figures",
        "past_award",
        "past_case",
        "service_agreement",
        "commissioner",
    }, seen
