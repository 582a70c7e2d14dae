"""A ledger of earlier applications within a whole workbook."""

from pathlib import Path

from sqlalchemy import select

from app.cases.past_cases.models import PastCase
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportSheet
from app.kit.db import Database, read_scope
from tests.factories.enterprises import fictional_code
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer


def test_a_ledger_of_applications_is_known_by_its_heads(importer: Importer, database: Database, tmp_path: Path) -> None:
    name, code = "园林精密1号有限公司（示例）", fictional_code(1)
    book = {
        "企业名单": Grid([["企业名称", "统一社会信用代码"], [name, code]]),
        "历年申报台账": Grid(
            [
                ["潜江市历年科技项目申报台账（示例）"],
                ["序号", "申报单位", "申报类型", "申报年度", "批次", "受理编号", "申报结果", "公示日期", "备注"],
                [1, name, "高新技术企业认定", 2015, "第一批", "示例001", "未通过", "", "研发费用不足"],
                [2, name, "高企", "2018年", "", "示例002", "通过", "2018-11-15", ""],
                [3, name, "省级瞪羚企业", 2019, "", "", "通过", "", ""],
            ]
        ),
        "2017年科小申报情况": Grid([["企业名称", "是否通过"], [name, "是"]]),
    }
    taken = importer.take_in(write_grids(tmp_path / "台账.xlsx", book), ImportKind.WORKBOOK)
    with read_scope(database) as session:
        found = session.scalars(select(ImportSheet).order_by(ImportSheet.turn))
        assert {sheet.name: sheet.register for sheet in found if sheet.chosen} == {
            "企业名单": "firm",
            "历年申报台账": "past_case",
            "2017年科小申报情况": "past_case",
        }
        told_of = [
            (case.programme_code, case.year, case.round, case.result)
            for case in session.scalars(select(PastCase).order_by(PastCase.id))
        ]
    assert told_of == [
        ("high-tech-enterprise", 2015, "第一批", "failed"),
        ("high-tech-enterprise", 2018, "", "passed"),
        ("technology-sme", 2017, "", "passed"),
    ]
    (refused,) = importer.rows(taken, RowOutcome.REJECTED)
    assert refused.reasons[0]["code"] == "past_case.programme.unknown"
