"""What people write into cells, through a whole import: read in the one way that is meant, or named; never guessed, never lost silently."""

from pathlib import Path

from sqlalchemy import select

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.models import ImportRow
from app.enterprises.models import Enterprise, YearlyFigures
from app.kit.db import Database, read_scope
from tests.factories.enterprises import fictional_code
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B))})
CODES = {
    1: lambda code: code,
    2: str.lower,
    3: lambda code: code.translate(WIDE),
    4: lambda code: f"{code[:6]} {code[6:]}",
    5: lambda code: f"'{code}",
}
BAD_CODES = {6: lambda code: code.replace("0", "O"), 7: lambda _code: "9.1429E+17", 8: lambda _code: 914290990000000000}
#: The day that a cell says; None for one that says none: left empty, its text kept and told.
DAYS = {
    1: ("2015年3月1日", "2015-03-01"),
    2: (20150301, "2015-03-01"),
    3: (42064, "2015-03-01"),
    4: ("2015.3", None),
    5: ("15/3/2015", None),
}
#: 分 of what a cell says in a column of 万元; None where it is left empty.
AMOUNTS = {
    1: ("1,234.5万元", 1_234_500_000),
    2: ("￥12", 12_000_000),
    3: ("约500", None),
    4: ("—", None),
    5: ("(3)", None),
}


def test_each_cell_is_read_as_meant_or_named(importer: Importer, database: Database, tmp_path: Path) -> None:
    every = CODES | BAD_CODES
    days = {number: day for number, (day, _meant) in DAYS.items()}
    firms = [
        [f"园林精密{n}号有限公司（示例）", write(fictional_code(n)), days.get(n, "")] for n, write in every.items()
    ]
    firms += [["合计", "8家", ""], ["注：1. 数据截至2020年底。", "", ""], ["填表人：某某", "", ""]]
    figures = [[fictional_code(n), 2020, amount] for n, (amount, _fen) in AMOUNTS.items()]
    path = write_grids(
        tmp_path / "台账.xlsx",
        {
            "企业名单": Grid([["企业名称", "统一社会信用代码", "成立日期"], *firms]),
            "年度数据": Grid([["统一社会信用代码", "年度", "营业收入（万元）"], *figures]),
        },
    )
    import_id = importer.take_in(path, ImportKind.WORKBOOK)
    with read_scope(database) as session:
        founded = dict(session.execute(select(Enterprise.uscc, Enterprise.registered_on)).all())
        sales = session.execute(
            select(Enterprise.uscc, YearlyFigures.sales_revenue_fen).join(
                Enterprise, Enterprise.id == YearlyFigures.enterprise_id
            )
        )
        assert {code: fen for code, fen in sales if fen is not None} == {
            fictional_code(n): fen for n, (_text, fen) in AMOUNTS.items() if fen is not None
        }
        rows = session.scalars(select(ImportRow).where(ImportRow.run_id == import_id)).all()
    assert {code: day and day.isoformat() for code, day in founded.items()} == {
        fictional_code(n): day for n, (_text, day) in DAYS.items()
    }
    told = {(row.sheet, row.row_number): [each["code"] for each in row.reasons] for row in rows if row.reasons}
    assert told == {
        (0, 5): ["day.incomplete"],
        (0, 6): ["uscc.apostrophe", "unread"],
        (0, 7): ["uscc"],
        (0, 8): ["uscc.scientific"],
        (0, 9): ["uscc.inexact"],
        (1, 4): ["figures.none", "unread"],
        (1, 5): ["figures.none"],
        (1, 6): ["figures.none", "negative"],
    }
    assert len([row for row in rows if row.sheet == 0]) == len(every)
