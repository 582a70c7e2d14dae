"""Every list as a file: a workbook one can work with and print, and no cell that becomes a formula, whatever somebody typed."""

import csv
import io
import pkgutil
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import app.web
from app.doors.calls.downloads import TableFile, foot_of, table_blocks
from app.doors.lists.columns import header_of
from app.doors.lists.view import ListView
from app.kit.i18n import use_locale

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
#: What somebody may have typed, hoping that a spreadsheet runs it.
HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1", "＝1+1", "\u200b=1+1")


def views() -> dict[str, ListView[Any, Any, Any]]:
    """Every list of the pages that has columns to take away, by where it is declared."""
    modules = [import_module(each.name) for each in pkgutil.walk_packages(app.web.__path__, "app.web.")]
    declared = ((f"{module.__name__}.{name}", told) for module in modules for name, told in vars(module).items())
    named = [(f"{name}.{code}", one) for name, told in declared for code, one in _listed(told)]
    found = {id(view): (name, view) for name, view in named if any(column.exported for column in view.columns)}
    return dict(found.values())


def _listed(told: Any) -> list[tuple[str, ListView[Any, Any, Any]]]:
    several = told.items() if isinstance(told, dict) else [("", told)]
    return [(str(code), one) for code, one in several if isinstance(one, ListView)]


def test_every_list_is_a_workbook_one_can_work_with_and_nothing_in_it_runs() -> None:
    lists = views()
    assert len(lists) > 20, sorted(lists)
    with use_locale("zh"):
        for name, view in lists.items():
            header = header_of([column for column in view.columns if column.exported])
            table = TableFile(header, ("镇区：园林",))
            rows = [[each] * len(header) for each in (*HOSTILE, Decimal("1.50"), 2021, date(2021, 6, 30))]
            body = b"".join(table_blocks("企业库", "xlsx", rows, table, foot_of("王某", table.conditions, NOW)))
            check_workbook(body, len(header), len(rows), name)
            table = TableFile([*HOSTILE, *header[len(HOSTILE) :]])
            check_csv(b"".join(table_blocks("企业库", "csv", rows, table, foot_of("王某", (), NOW))), name)


def check_workbook(body: bytes, width: int, count: int, name: str) -> None:
    """What a person finds who opens the file, or prints it."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        sheet, book = (archive.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "workbook"))
    filtered = re.search(r'<autoFilter ref="A1:([A-Z]+)(\d+)"', sheet)
    assert filtered is not None and int(filtered[2]) == count + 1, name
    assert 'state="frozen"' in sheet and 'topLeftCell="A2"' in sheet, name
    assert len(re.findall("<col ", sheet)) == width and 'orientation="landscape"' in sheet, name
    assert 'fitToPage="1"' in sheet and 'fitToHeight="0"' in sheet, name
    assert "_xlnm.Print_Titles" in book and 'name="企业库"' in book, name
    foot = re.search("<oddFooter>(.*?)</oddFooter>", sheet)
    assert foot is not None and "王某 · 2021-06-30 10:00" in foot[1], name
    assert "镇区：园林" in foot[1] and f"共 {count} 行" in foot[1], name
    assert "<f>" not in sheet and "<f " not in sheet, name
    assert sheet.count('t="inlineStr"') == width * (len(HOSTILE) + 1), "texts are text cells, numbers and days are not"
    assert sheet.count("<v>1.50</v>") == sheet.count("<v>2021</v>") == sheet.count("<v>44377</v>") == width, name


def check_csv(body: bytes, name: str) -> None:
    """No cell begins as a formula does, nor does a head."""
    head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert all(cell.startswith("'") for cell in head[: len(HOSTILE)]), name
    assert all(cell.startswith("'") for row in rows[: len(HOSTILE)] for cell in row), name
