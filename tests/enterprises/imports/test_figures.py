"""Lists of yearly figures."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from app.enterprises.imports import decisions
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import get_row
from app.enterprises.imports.reasons import RowReason
from app.enterprises.models import Enterprise, YearlyFigures
from app.enterprises.schemas import FiguresInput
from app.enterprises.service.parts import PartChange
from app.enterprises.service.records import put_figures
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM, Actor, ActorKind, Role
from app.kit.db import Database, read_scope, session_scope
from tests.factories.enterprises import fictional_code, firm
from tests.factories.lists import write_list
from tests.support.imports import NOW, Importer

HEADER = (
    "统一社会信用代码",
    "企业名称",
    "年度",
    "口径",
    "来源",
    "销售收入（万元）",
    "净资产（万元）",
    "人员人工费用（元）",
    "职工总数",
)
FIGURES = ImportKind.FIGURES


def row(number: int = 1, **cells: str) -> list[str]:
    usual = {
        "code": fictional_code(number),
        "name": "",
        "year": "2020",
        "basis": "高企",
        "source": "专项审计报告",
        "revenue": "3,820.5",
        "assets": "-12",
        "personnel": "1200000",
        "staff": "42.5",
    }
    return list((usual | cells).values())


@pytest.fixture(autouse=True)
def firms(database: Database) -> None:
    with session_scope(database) as session:
        for number in (1, 2):
            firm(session, uscc=fictional_code(number))


def take_in(importer: Importer, tmp_path: Path, rows: Sequence[Sequence[str]], name: str = "a.csv") -> int:
    return importer.take_in(write_list(tmp_path / name, rows, HEADER), FIGURES)


def figures(database: Database) -> list[YearlyFigures]:
    with read_scope(database) as session:
        return list(session.scalars(select(YearlyFigures).order_by(YearlyFigures.id)))


def reasons(importer: Importer, import_id: int) -> list[str]:
    return [" ".join(str(RowReason.from_json(kept)) for kept in row.reasons) for row in importer.rows(import_id)]


def test_figures_come_in_with_their_units(importer: Importer, database: Database, tmp_path: Path) -> None:
    rows = [row(), row(basis="TAX", revenue="38205000元"), row(2, year="2020年度", basis="统计口径", source="")]
    assert importer.counts(take_in(importer, tmp_path, rows)) == {"created": 3}
    one, two, three = figures(database)
    assert (one.year, one.basis, one.source) == (2020, "HTE", "special_audit")
    assert (one.sales_revenue_fen, one.net_assets_fen, one.rd_personnel_fen) == (
        3_820_500_000,
        -12_000_000,
        120_000_000,
    )
    assert (one.staff_average_e4, one.total_assets_fen) == (425_000, None)
    assert (two.basis, two.sales_revenue_fen) == ("TAX", 3_820_500_000)
    assert (three.basis, three.source) == ("STAT", "import")
    with read_scope(database) as session:
        events = session.scalars(select(JournalEvent).where(JournalEvent.type == "enterprise.figures_added")).all()
        assert len(events) == 3
        assert events[0].changes["figures.sales_revenue_fen"] == [None, 3_820_500_000]
        assert events[0].changes["figures.year"] == [None, 2020]


def test_the_same_figures_again_change_nothing_and_new_ones_change_what_was_imported(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    take_in(importer, tmp_path, [row()])
    assert importer.counts(take_in(importer, tmp_path, [row()])) == {"unchanged": 1}
    assert importer.counts(take_in(importer, tmp_path, [row(revenue="4000", staff="")], "b.csv")) == {"changed": 1}
    (one,) = figures(database)
    assert (one.sales_revenue_fen, one.staff_average_e4) == (4_000_000_000, 425_000)


def test_figures_set_by_hand_are_shown_not_overwritten(importer: Importer, database: Database, tmp_path: Path) -> None:
    take_in(importer, tmp_path, [row()])
    with session_scope(database) as session:
        (one,) = session.scalars(select(YearlyFigures))
        enterprise = session.get_one(Enterprise, one.enterprise_id)
        desk = PartChange(session, SYSTEM, enterprise, NOW)
        from app.enterprises.service.parts import fingerprint
        from app.enterprises.service.records import FIGURES as PART

        values = {
            "year": "2020", "basis": "HTE", "source": "special_audit", "sales_revenue": "1", "net_assets": "-120000",
            "rd_personnel": "1200000", "staff_average": "42.5", "seen": fingerprint(PART.values_of(one)),
        }  # fmt: skip
        put_figures(desk, FiguresInput.model_validate(values), one)
    import_id = take_in(importer, tmp_path, [row(staff="50")])
    assert importer.counts(import_id) == {"differs": 1}
    (waiting,) = importer.rows(import_id)
    assert waiting.differences == {"figures.sales_revenue_fen": [100, 3_820_500_000]}
    (one,) = figures(database)
    assert (one.sales_revenue_fen, one.staff_average_e4) == (100, 500_000)


def test_what_cannot_be_read_stays_empty_or_is_handed_back(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    rows = [
        row(staff="-3", revenue="很多"),
        row(2, personnel="99999999999"),
        row(3),
        row(year="2022"),
        row(basis="其他"),
        row(code="123"),
        row(year="2019", revenue="", assets="", personnel="", staff="?"),
        row(year="2018", source="朋友告知"),
    ]
    import_id = take_in(importer, tmp_path, rows)
    assert importer.counts(import_id) == {"created": 3, "rejected": 5}
    told = reasons(importer, import_id)
    assert "不能为负" in told[0] and "很多" in told[0]
    assert "研发费用大于销售收入" in told[1]
    assert told[2] == "本库没有这家企业，请先导入企业名单。"
    assert told[3] == "没有可以识别的年度。"
    assert told[4].startswith("没有可以识别的口径")
    assert "18 位" in told[5]
    assert told[6].startswith("本行没有任何")
    assert "朋友告知" in told[7]
    assert figures(database)[0].unread_cells == {"staff_average_e4": "-3", "sales_revenue_fen": "很多"}


def test_figures_under_another_firms_name_wait(importer: Importer, database: Database, tmp_path: Path) -> None:
    with session_scope(database) as session:
        names = dict(session.execute(select(Enterprise.uscc, Enterprise.name)).all())
    ours, other = names[fictional_code(1)], names[fictional_code(2)]
    rows = [
        row(name=ours.replace("（", "( ")),
        row(year="2019", name=other),
        row(year="2018", name="泽口渔业合作社（示例）"),
        row(year="2017"),
    ]
    import_id = take_in(importer, tmp_path, rows)
    assert importer.counts(import_id) == {"created": 2, "queued": 2}
    told = reasons(importer, import_id)
    assert f"另一家企业（{fictional_code(2)}）的名称" in told[1] and "不符" in told[2]
    assert sorted(found.year for found in figures(database)) == [2017, 2020]
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        waiting = get_row(session, run, 0, 3)
        decisions.confirm(decisions.Deciding(session, SYSTEM, run, waiting, NOW), "已与企业核对")
        assert (waiting.decision, waiting.note) == ("confirmed", "已与企业核对")
    assert sorted(found.year for found in figures(database)) == [2017, 2019, 2020]


def test_the_same_year_twice_in_a_file_takes_the_first(importer: Importer, tmp_path: Path) -> None:
    rows = [row(), row(basis="HTE", revenue="1"), row(year="2019")]
    import_id = take_in(importer, tmp_path, rows)
    assert importer.counts(import_id) == {"created": 2, "rejected": 1}
    assert "与第 2 行" in reasons(importer, import_id)[1]


def test_figures_of_another_region_are_refused(importer: Importer, tmp_path: Path) -> None:
    officer = Actor(ActorKind.OFFICER, 1, "李晓（示例）", Role.CASEWORKER, "420112")
    import_id = importer.take_in(write_list(tmp_path / "a.csv", [row()], HEADER), FIGURES, actor=officer)
    assert [kept.outcome for kept in importer.rows(import_id)] == [RowOutcome.REJECTED]
