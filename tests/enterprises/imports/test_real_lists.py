"""The real lists, where they are at hand; their rows stay where they are, nothing of them is kept.

Left out, not skipped, where the folder is absent: set YUMIAO_SHARED or put it beside the checkout as ../shared.
"""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.enterprises.domain.capital import parse_capital
from app.enterprises.models import Enterprise
from app.kit.db import read_scope
from app.kit.tabular import open_table
from app.kit.written.amounts import NOT_STATED
from tests.support.imports import Importer

SHARED = Path(os.environ.get("YUMIAO_SHARED") or Path(__file__).parents[4] / "shared") / "data"

if SHARED.is_dir():
    LISTS = [
        ("companies/qianjiang_companies.csv", {"created": 874}),
        ("dirty/invalid_uscc_rows.csv", {"created": 9, "queued": 191, "rejected": 221}),
    ]
    #: The same once more, of thousands of rows.
    LONG = [("excel/shandong_enterprises_qcc_7551x21.xlsx", {"created": 5_108, "rejected": 2_443})]

    def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
        """The long list with `--long`."""
        if "expected" in metafunc.fixturenames:
            long = metafunc.config.getoption("--long")
            metafunc.parametrize(("file", "expected"), LISTS + (LONG if long else []))

    def test_a_real_list_is_taken_in(importer: Importer, file: str, expected: dict[str, int]) -> None:
        assert importer.counts(importer.take_in(SHARED / file)) == expected

    def test_the_firms_of_qianjiang_lie_in_qianjiang(importer: Importer) -> None:
        importer.take_in(SHARED / "companies" / "qianjiang_companies.csv")
        with read_scope(importer.database) as session:
            inside = session.scalar(
                select(func.count()).select_from(Enterprise).where(Enterprise.region_code.startswith("429005"))
            )
            assert inside == 874

    @pytest.mark.parametrize("file", ["hubei_companies_20k.csv", "qianjiang_companies.csv"])
    def test_every_capital_is_read_or_kept_with_a_remark(file: str) -> None:
        (sheet,) = open_table(SHARED / "companies" / file).sheets
        kept = 0
        for row in sheet.rows():
            capital = parse_capital(row.cells[5])
            assert capital.text == row.cells[5]
            assert (capital.fen is None) == bool(capital.remark)
            kept += capital.fen is None and capital.remark != NOT_STATED and row.number > 1
        assert kept < row.number / 200
