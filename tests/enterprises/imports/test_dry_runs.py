"""A dry run tells what the import then does, and writes nothing."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.dry_runs.orders import find_dry_run, order_dry_run
from app.enterprises.imports.dry_runs.service import TriedImport, TriedSheet, try_out
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.row_groups.queries import list_groups, rows_of_sheet
from app.enterprises.imports.runner import chosen_sheets, counts_of
from app.jobs.domain import CancelledError
from app.jobs.run import JobContext
from app.kit.actor import SYSTEM
from app.kit.db import TABLES, Base, Database, read_scope, session_scope
from tests.counts import Counts
from tests.factories.lists import firm_rows, messy_rows, write_list
from tests.factories.random_workbooks import SHEETS, WORKBOOKS
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import NOW, Importer


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    database.composition.of(TABLES)
    with read_scope(database) as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def tried(importer: Importer, import_id: int) -> TriedImport:
    around = JobContext(importer.database, importer.folder, lambda: importer.now)
    return try_out(around, actor=SYSTEM, import_id=import_id)


def done(database: Database, import_id: int) -> TriedImport:
    """What an import did, in the words of a dry run."""
    with read_scope(database) as session:
        found = session.get_one(ImportRun, import_id)
        sheets = sorted(chosen_sheets(session, import_id), key=lambda each: each.position)
        return TriedImport(
            counts_of(found),
            tuple(
                TriedSheet(
                    each.position, counts_of(each), tuple(list_groups(session, rows_of_sheet(found, each.position)))
                )
                for each in sheets
            ),
        )


def test_a_dry_run_tells_what_the_import_does(importer: Importer, tmp_path: Path, counts: Counts) -> None:
    numbers, seen = count(1), set[str]()

    @settings(
        max_examples=max(counts.property_examples // 50, 2),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(first=st.none() | WORKBOOKS, second=st.fixed_dictionaries(SHEETS))
    def check(first: dict[str, Grid] | None, second: dict[str, Grid]) -> None:
        for book in (first, second):
            if book:
                path = write_grids(tmp_path / f"{next(numbers)}.xlsx", book)
                import_id = importer.upload(path, ImportKind.WORKBOOK)
                before = everything(importer.database)
                told = tried(importer, import_id)
                assert everything(importer.database) == before
                importer.start(import_id)
                importer.work()
                assert told == done(importer.database, import_id)
                seen.update(name for name, number in told.counts.items() if number)

    check()
    assert seen >= {"created", "changed", "unchanged", "rejected"}, seen


def test_an_ordered_dry_run_writes_its_result_and_nothing_else(importer: Importer, tmp_path: Path) -> None:
    import_id = importer.upload(write_list(tmp_path / "list.csv", messy_rows()))
    before = everything(importer.database)
    with session_scope(importer.database) as session:
        order_dry_run(session, actor=SYSTEM, run=session.get_one(ImportRun, import_id), now=NOW)
    importer.work()
    assert everything(importer.database) | {"job": []} == before
    with read_scope(importer.database) as session:
        found = find_dry_run(session, session.get_one(ImportRun, import_id))
    assert found and found.result and (found.at, found.read_otherwise, found.moved_on) == (NOW, False, False)
    assert found.result.counts["created"] == 3
    assert {(group.outcome, group.code): group.rows for group in found.result.sheets[0].groups}["queued", "uscc"] == 1


def test_a_dry_run_that_is_stopped_leaves_nothing(importer: Importer, tmp_path: Path) -> None:
    import_id = importer.upload(write_list(tmp_path / "list.csv", [*messy_rows(), *firm_rows(5)]))
    before = everything(importer.database)

    def stop(_done: int, _total: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        try_out(
            JobContext(importer.database, importer.folder, lambda: NOW),
            actor=SYSTEM,
            import_id=import_id,
            on_progress=stop,
        )
    assert everything(importer.database) == before
    assert [path.name for path in importer.folder.iterdir()] == ["files"]
