"""Rows kept between the two readings of a sheet come back as they were."""

from pathlib import Path

from app.enterprises.imports.cut_rows import CutRow, CutRows
from app.kit.tabular.reader import Row

ROWS = [
    CutRow(Row(2, ["潜江甲\n有限公司", "", '"a",1'], inexact=frozenset({1})), 0, "91429099MA00001XX0"),
    CutRow(Row(3, ["只有一格"], broken=True), 0, ""),
    *(CutRow(Row(number, [str(number)]), 1, f"{number}|1") for number in range(4, 1_504)),
]


def test_kept_rows_come_back_and_nothing_is_left_of_them(tmp_path: Path) -> None:
    with CutRows(tmp_path) as cut:
        for row in ROWS:
            cut.add(row)
        assert list(cut) == ROWS
    with CutRows(tmp_path) as cut:
        assert list(cut) == []
    assert list(tmp_path.iterdir()) == []
