"""Rejected rows come back as a file of the same kind, and can be brought again."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.returned.rows import HandedBack, hand_back
from app.enterprises.imports.runner import chosen_sheets
from app.enterprises.models import YearlyFigures
from app.kit.db import Database, read_scope, session_scope
from app.kit.i18n import use_locale
from app.kit.storage.local import LocalBlobs
from app.kit.tabular import open_table
from tests.factories.enterprises import fictional_code, firm
from tests.factories.lists import HEADER, firm_row, messy_rows, write_list
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer


def returned(importer: Importer, session: Session, import_id: int) -> HandedBack:
    """The rows of the only sheet that were handed back."""
    run = session.get_one(ImportRun, import_id)
    (sheet,) = chosen_sheets(session, import_id)
    return hand_back(session, run, LocalBlobs(importer.folder / "files").path(run.file_sha256), sheet)


@pytest.mark.parametrize("shape", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_rows_come_back_as_they_were_with_the_reason_in_front(
    importer: Importer, database: Database, tmp_path: Path, shape: str
) -> None:
    source = tmp_path / ("list.xlsx" if shape == "xlsx" else "list.csv")
    write_list(source, messy_rows(), encoding="utf-8" if shape == "xlsx" else shape, delimiter="\t")
    import_id = importer.take_in(source)
    with read_scope(database) as session:
        back = returned(importer, session, import_id)
    path = tmp_path / back.name
    path.write_bytes(back.body)
    table = open_table(path)
    rows = [row.cells for row in table.sheets[0].rows()]
    assert rows[0] == ["未导入原因", *HEADER]
    assert [row[1:] for row in rows[1:]] == [messy_rows()[at] for at in (3, 4, 5, 7)]
    assert "15 位" in rows[1][0]
    assert (table.encoding, table.delimiter) == (("", "") if shape == "xlsx" else (shape, "\t"))

    again = importer.take_in(path)
    assert importer.counts(again) == {"rejected": 3, "changed": 1}


def test_corrected_rows_are_taken_in(importer: Importer, database: Database, tmp_path: Path) -> None:
    import_id = importer.take_in(write_list(tmp_path / "list.csv", [firm_row(1, 企业名称="")]))
    with read_scope(database) as session, use_locale("en"):
        back = returned(importer, session, import_id)
    assert b"Reason not imported" in back.body
    corrected = tmp_path / "corrected.csv"
    text = back.body.decode("utf-8").replace(",,", ",园林精密有限公司（示例）,", 1)
    corrected.write_text(text, encoding="utf-8")
    assert importer.counts(importer.take_in(corrected)) == {"created": 1}


def test_damaged_rows_stay_damaged_until_somebody_mends_them(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    sound = ",".join([*firm_row(1)[:6], "示例", *firm_row(1)[7:]])
    path.write_text(
        "\n".join([",".join(HEADER), sound, sound.replace("园林", '"园林'), sound + ",多", sound.rpartition(",")[0]])
        + "\n",
        encoding="utf-8",
    )
    first = importer.take_in(path)
    assert importer.counts(first) == {"created": 1, "rejected": 3}
    with read_scope(database) as session:
        body = returned(importer, session, first).body
    again = tmp_path / "again.csv"
    again.write_bytes(body)
    second = importer.take_in(again)
    assert importer.counts(second) == {"rejected": 3}
    assert len(importer.rows(second, RowOutcome.REJECTED)) == 3


def test_what_a_person_chose_for_the_whole_sheet_comes_back_too(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    """The basis that was chosen on the page, and a year that the titles do not tell."""
    rows = [["2020年经营数据"], ["统一社会信用代码", "营业收入（万元）"], [fictional_code(1), "12"]]
    path = write_grids(tmp_path / "甲.xlsx", {"甲": Grid(rows)})
    import_id = importer.upload(path, ImportKind.FIGURES)
    with session_scope(database) as session:
        (sheet,) = chosen_sheets(session, import_id)
        sheet.mapping = {**sheet.mapping, "given": {"figures.basis": "HTE", "figures.year": "2020"}}
    importer.start(import_id)
    importer.work()
    with read_scope(database) as session:
        back = returned(importer, session, import_id)
    again = tmp_path / back.name
    again.write_bytes(back.body)
    cells = [row.cells for row in open_table(again).sheets[0].rows()]
    assert [row[-1] for row in cells[1:]] == ["口径", "HTE"]
    with session_scope(database) as session:
        firm(session, uscc=fictional_code(1))
    importer.take_in(again, ImportKind.FIGURES)
    with read_scope(database) as session:
        one = session.scalars(select(YearlyFigures)).one()
        assert (one.basis, one.year) == ("HTE", 2020)
