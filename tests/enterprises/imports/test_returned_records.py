"""Exports of records (certificates, figures, rights, experts …) that come back edited: exactly the cells that were edited are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select, update

from app.cases.past_cases.models import PastCase
from app.commands.exports import LISTS, write_list
from app.commissioners.models import Commissioner, ServiceAgreement
from app.enterprises.imports import decisions
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.returned.round_trip import origin_texts
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Contact,
    Conversion,
    EnterpriseTag,
    IntellectualProperty,
    Product,
    StandardParticipation,
    YearlyFigures,
)
from app.incentives.models import PastAward
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.kit.i18n import use_locale
from app.kit.tabular import open_table, write_xlsx
from tests.counts import Counts
from tests.factories.enterprises import fictional_code
from tests.factories.workbooks import Grid, write_grids
from tests.support.edited_workbook import Edits, edit_cells
from tests.support.imports import NOW, Importer

FIRM = {n: ("泽口往返" + "甲乙"[n - 1] + "号有限公司（示例）", fictional_code(n)) for n in (1, 2)}


def sheet(head: str, *rows: str) -> Grid:
    """Rows about the two firms in turn: `1 | 周某 | …`."""
    told = [[*FIRM[int(first)], *rest] for first, *rest in (row.split(" | ") for row in rows)]
    return Grid([["企业名称", "统一社会信用代码", *head.split(" | ")], *told])


LEDGER = {
    "企业名单": sheet("注册地址", "1 | 潜江市泽口街道示例路1号", "2 | 潜江市泽口街道示例路2号"),
    "联系人": sheet("联系人 | 职务 | 联系电话", "1 | 周某（示例） | 经理 | 10012345678", "2 | 吴某（示例） | 会计 | 10012345679"),
    "年度数据": sheet("年度 | 口径 | 营业收入（万元） | 净资产（万元） | 职工总数", "1 | 2019 | 高企 | 3820.5 | 1200 | 42.5", "2 | 2020 | 统计 | 900 | 80 | 9"),
    "高企证书": sheet("证书类别 | 证书编号 | 发证日期", "1 | 高新技术企业 | GR201942000001 | 2019-11-15", "2 | 高新技术企业 | GR202042000002 | 2020-12-01"),
    "知识产权": sheet("知识产权类别 | 专利号 | 专利名称 | 授权日期", "1 | 软件著作权 | 2019SR0000001 | 示例软件 | 2019-03-01", "2 | 软件著作权 | 2019SR0000002 | 示例系统 | 2019-04-01"),
    "产品": sheet("产品名称 | 年度 | 产品销售收入（万元）", "1 | 示例阀门 | 2020 | 310", "2 | 示例泵 | 2020 | 55"),
    "科技成果转化": sheet("成果名称 | 转化年度", "1 | 成果一 | 2020", "2 | 成果二 | 2019"),
    "标准": sheet("标准名称 | 标准编号 | 标准级别 | 发布年度", "1 | 示例阀门技术规范 | T/SL 001-2020 | 团体标准 | 2020"),
    "行政处罚": sheet("处罚日期 | 合规事件类别 | 严重程度 | 违法事实 | 处罚机关", "1 | 2020-05-06 | 环境违法行为 | 一般 | 示例事由 | 示例局"),
    "历年申报": sheet("培育通道 | 申报年度 | 申报结果", "1 | 高新技术企业认定 | 2019 | 通过"),
    "标签": sheet("企业标签 | 授予日期", "1 | 瞪羚 | 2020-12-01", "2 | 隐形冠军 | 2019-06-01"),
    "奖补资金发放": sheet("奖补项目 | 年度 | 金额（万元） | 拨付日期", "1 | 甲奖励 | 2020 | 10 | 2020-12-01", "2 | 乙奖励 | 2020 | 5 | "),
    "专家服务协议": sheet("专家姓名 | 专家单位 | 专项 | 协议编号 | 服务期限 | 服务内容", "1 | 熊少南（示例） | 江汉平原大学（示例） | 湖北专项 | 示例001 | 2020.01.23—2022.01.22 | 甲"),
}  # fmt: skip

#: Each register, with one cell that is edited in its first row, and what becomes of it.
EDITS: Mapping[str, tuple[type[Any], str, str, Mapping[str, Any]]] = {
    "contact": (Contact, "联系人", "郑某（示例）", {"name": "郑某（示例）"}),
    "figures": (YearlyFigures, "销售收入（万元）", "3999.01", {"sales_revenue_fen": 3_999_010_000}),
    "certificate": (Certificate, "发证日期", "2019年11月20日", {"issued_on": date(2019, 11, 20)}),
    "property": (IntellectualProperty, "专利号", "2019SR0000009", {"number": "2019SR0000009"}),
    "product": (Product, "是否主要产品", "是", {"is_main": True}),
    "conversion": (Conversion, "转化方式", "自行投资", {"form": "own_use"}),
    "past_case": (PastCase, "结果日期", "2019-11-20", {"decided_on": date(2019, 11, 20)}),
    "standard": (StandardParticipation, "标准名称", "示例泵技术规范", {"title": "示例泵技术规范"}),
    "compliance": (ComplianceEvent, "违法事实", "另一事由", {"summary": "另一事由"}),
    "tag": (EnterpriseTag, "称号有效期至", "2024-12-01", {"expires_on": date(2024, 12, 1)}),
    "award": (PastAward, "金额（万元）", "12", {"amount_fen": 12_000_000}),
    "person": (Commissioner, "职称", "教授", {"title": "教授"}),
    "agreement": (ServiceAgreement, "终止日期", "2022-06-30", {"ends_on": date(2022, 6, 30)}),
}


@dataclass(frozen=True)
class Desk:
    """A register that was filled from a ledger, its exports, and how they come back."""

    importer: Importer
    folder: Path

    def out(self, resource: str) -> Path:
        """Export a list."""
        path = self.folder / f"{resource}.xlsx"
        with use_locale("zh"):
            write_list(self.database, resource, path, "xlsx")
        return path

    def back(self, path: Path) -> dict[str, int]:
        """Import a file; the counts that are not zero."""
        return self.importer.counts(self.importer.take_in(path, ImportKind.WORKBOOK))

    def trip(self, resource: str, edits: Edits, **more: Any) -> dict[str, int]:
        """Out, edited, back."""
        path = self.out(resource)
        edit_cells(path, edits, **more)
        return self.back(path)

    @property
    def database(self) -> Database:
        """Where it all stands."""
        return self.importer.database

    def rows(self, model: type[Any]) -> list[dict[str, Any]]:
        """The records of a kind, but for what says when they were written and from which import."""
        left = {"updated_at", "version", "imported", "imported_in", "created_at"}
        names = [column.key for column in inspect(model).columns if column.key not in left]
        with read_scope(self.database) as session:
            found = session.scalars(select(model).order_by(*inspect(model).primary_key))
            return [{name: getattr(row, name) for name in names} for row in found]

    def write(self, model: type[Any], **values: Any) -> None:
        """A colleague writes the first record."""
        with session_scope(self.database) as session:
            key = min(row["id"] for row in self.rows(model))
            session.execute(update(model).where(model.id == key).values(**values))

    def reasons(self) -> list[str]:
        """The codes of what the last import told of its rows."""
        return [reason["code"] for row in self._last() for reason in row.reasons]

    def take(self, field: str) -> None:
        """Decide for what the file says, in the one row that differs."""
        row = next(row for row in self._last() if row.outcome == RowOutcome.DIFFERS)
        with session_scope(self.database) as session:
            run, of_session = session.get_one(ImportRun, row.run_id), session.get_one(ImportRow, row.id)
            decisions.choose(decisions.Deciding(session, SYSTEM, run, of_session, NOW), field, decisions.THEIRS)

    def told(self) -> str:
        """What the last import tells of the file."""
        with read_scope(self.database) as session:
            kept = session.scalars(select(ImportSheet).order_by(ImportSheet.run_id.desc())).first()
            assert kept
            return " ".join(origin_texts(kept.mapping.get("origin", {})))

    def _last(self) -> list[ImportRow]:
        with read_scope(self.database) as session:
            last = session.scalars(select(ImportRun.id).order_by(ImportRun.id.desc()).limit(1)).one()
        return self.importer.rows(last)


@pytest.fixture
def desk(importer: Importer, tmp_path: Path) -> Desk:
    made = importer.take_in(write_grids(tmp_path / "台账.xlsx", LEDGER), ImportKind.WORKBOOK)
    bad = [(row.outcome, row.reasons) for row in importer.rows(made) if row.outcome != RowOutcome.CREATED]
    assert not bad
    return Desk(importer, tmp_path)


def test_every_register_comes_back(desk: Desk) -> None:
    """Exactly the edited cell is written, by one event; rows that were not edited say nothing. Each kind of record has a list."""
    assert EDITS.keys() <= LISTS.keys()
    for resource, (model, head, text, values) in EDITS.items():
        before = desk.rows(model)
        with read_scope(desk.database) as session:
            events = len(session.scalars(select(JournalEvent.type)).all())
        found = desk.trip(resource, {(1, head): text})
        expected = {"changed": 1} | ({"unchanged": len(before) - 1} if len(before) > 1 else {})
        assert found == expected, (resource, desk.reasons())
        assert desk.rows(model) == [before[0] | values, *before[1:]], resource
        with read_scope(desk.database) as session:
            new = session.scalars(select(JournalEvent.type).order_by(JournalEvent.position)).all()[events:]
        assert sum(not each.startswith(("import.", "export.")) for each in new) == 1, (resource, new)


def test_what_others_wrote_meanwhile_waits_for_a_person(desk: Desk) -> None:
    for resource, model, head, text, name, theirs, ours in (
        ("figures", YearlyFigures, "销售收入（万元）", "4000", "sales_revenue_fen", 4_000_000_000, 3_900_000_000),
        ("certificate", Certificate, "证书有效期至", "2023-01-01", "expires_on", date(2023, 1, 1), date(2022, 12, 31)),
        ("award", PastAward, "依据文件", "潜科〔2021〕1 号", "document", "潜科〔2021〕1 号", "别的"),
        ("agreement", ServiceAgreement, "服务目标", "乙", "aim", "乙", "丙"),
        ("person", Commissioner, "职称", "教授", "title", "教授", "研究员"),
    ):  # fmt: skip
        path = desk.out(resource)
        desk.write(model, **{name: ours})
        edit_cells(path, {(1, head): text})
        assert desk.back(path)["differs"] == 1, resource
        assert desk.rows(model)[0][name] == ours
        desk.take(f"{resource}.{name}")
        assert desk.rows(model)[0][name] == theirs, resource


def test_an_emptied_cell_is_asked_about_and_what_a_record_is_stays(desk: Desk) -> None:
    assert desk.trip("certificate", {(1, "发证日期"): ""}) == {"differs": 1, "unchanged": 1}
    assert desk.rows(Certificate)[0]["issued_on"] == date(2019, 11, 15)
    desk.take("certificate.issued_on")
    assert desk.rows(Certificate)[0]["issued_on"] is None
    before = desk.rows(EnterpriseTag)
    assert desk.trip("tag", {(1, "企业标签"): "专精特新中小企业"}) == {"unchanged": 2}
    assert desk.reasons() == ["origin.fixed"]
    assert desk.rows(EnterpriseTag) == before


def test_deleted_rows_are_named_added_ones_taken_foreign_ones_refused(desk: Desk) -> None:
    added = {(3, head): text for head, text in zip(("统一社会信用代码", "企业名称", "联系人"), (*reversed(FIRM[1]), "王某（示例）"), strict=True)}  # fmt: skip
    assert desk.trip("contact", added, without=[2]) == {"created": 1, "unchanged": 1}
    assert "删去了 1 行" in desk.told()
    assert "吴某（示例）" in desk.told()
    assert len(desk.rows(Contact)) == 3, "what is gone from the file stays in the register"
    path = desk.out("contact")
    edit_cells(path, {(1, "记录号"): "999"})
    assert desk.back(path) == {"rejected": 1, "unchanged": 2}
    assert desk.reasons() == ["origin.number_unknown"]
    path = desk.out("figures")
    again = (*reversed(FIRM[1]), "2019", "高企", "名单导入", "1")
    heads = ("统一社会信用代码", "企业名称", "年度", "口径", "来源", "销售收入（万元）")
    edit_cells(path, {(3, head): text for head, text in zip(heads, again, strict=True)})
    assert desk.back(path) == {"rejected": 1, "unchanged": 2}
    assert desk.reasons() == ["origin.on_file"]


def test_a_record_does_not_become_another_nor_another_firms(desk: Desk) -> None:
    desk.trip("certificate", {(2, "证书编号"): "GR201942000001"})
    assert desk.reasons() == ["origin.same_as"]
    desk.trip("certificate", {(2, "统一社会信用代码"): FIRM[1][1], (2, "企业名称"): FIRM[1][0]})
    assert desk.reasons() == ["origin.gone"]
    desk.trip("figures", {(1, "年度"): "2020", (1, "口径"): "统计"})
    assert [desk.rows(YearlyFigures)[0][name] for name in ("year", "basis")] == [2020, "STAT"]
    assert desk.back(desk.out("figures")) == {"unchanged": 2}


def test_without_its_hidden_sheet_it_says_that_it_compares_two_ways(desk: Desk) -> None:
    for resource in ("figures", "property", "award", "agreement"):
        path = desk.out(resource)
        table = open_table(path).sheets[0]
        head, *rows = [row.cells for row in table.rows()]
        path.write_bytes(write_xlsx(rows, head, sheet=table.name))
        counts = desk.back(path)
        assert counts.keys() == {"unchanged"}, (resource, counts, desk.reasons())
        assert "两方比较" in desk.told(), resource


CELLS: Mapping[str, tuple[type[Any], Mapping[str, tuple[str, Mapping[str, Any]]]]] = {
    "figures": (
        YearlyFigures,
        {
            "销售收入（万元）": ("sales_revenue_fen", {"1": 1_000_000, "0.000001": 1, "3820.5": 3_820_500_000}),
            "净资产（万元）": ("net_assets_fen", {"-7.25": -7_250_000, "0": 0}),
            "职工总数": ("staff_average_e4", {"42.5": 425_000, "7": 70_000}),
        },
    ),
    "certificate": (
        Certificate,
        {
            "证书编号": ("number", {"GR201942000007": "GR201942000007", "ＧＲ2019 42000008": "GR201942000008"}),
            "发证日期": ("issued_on", {"2018/1/5": date(2018, 1, 5), "43100": date(2017, 12, 31)}),
            "证书有效期至": ("expires_on", {"2021年6月1日": date(2021, 6, 1)}),
        },
    ),
    "contact": (
        Contact,
        {
            "联系人": ("name", {"=1+1（示例）": "=1+1（示例）", "O'某（示例）": "O'某（示例）"}),
            "职务": ("title", {"副总 经理": "副总 经理", "a&b<c>": "a&b<c>"}),
        },
    ),
}


def test_export_edit_import_is_the_edit(desk: Desk, counts: Counts) -> None:
    """Whatever cells of whatever rows were edited: afterwards stands what stood, with the edits."""

    def edits(resource: str) -> st.SearchStrategy[tuple[str, dict[tuple[int, str], str]]]:
        cells = [
            (row, head, text) for row in (1, 2) for head, (_name, texts) in CELLS[resource][1].items() for text in texts
        ]
        chosen = st.lists(st.sampled_from(cells), min_size=1, max_size=5, unique_by=lambda each: each[:2])
        return chosen.map(lambda found: (resource, {(row, head): text for row, head, text in found}))

    @settings(
        max_examples=max(counts.property_examples // 12, 2),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.sampled_from(sorted(CELLS)).flatmap(edits))
    def check(told: tuple[str, dict[tuple[int, str], str]]) -> None:
        resource, edited = told
        model, columns = CELLS[resource]
        expected = desk.rows(model)
        for (row, head), text in edited.items():
            name, texts = columns[head]
            expected[row - 1][name] = texts[text]
        assume(resource != "certificate" or len({row["number"] for row in expected}) == len(expected))
        desk.trip(resource, edited)
        assert desk.rows(model) == expected, (resource, edited, desk.reasons())

    check()
