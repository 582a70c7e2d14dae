"""A partner's answer, row by row: what would be registered and what not, registered once, whatever was done to the file."""

import csv
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.models import HandoverItem, Receipt
from app.exchange.sheets.answers import judge, read_answer
from app.exchange.sheets.domain import RowFinding, read_outcome
from app.exchange.sheets.registration import order_answer, receive_answer
from app.exchange.sheets.service import SheetBatch, get_batch, make_workbook
from app.files.vault import Upload, Vault
from app.jobs.queries import get_job
from app.kit.actor import Actor
from app.kit.db import Database
from app.kit.errors import Invalid
from app.kit.storage.local import LocalBlobs
from tests.conftest import NOW
from tests.exchange import counterparts
from tests.exchange.world import World

Rows = list[list[Any]]


class Exchange:
    """A batch of three firms and the partner's answer to it, as a list of rows that a test fills in and moves about."""

    def __init__(self, session: Session, database: Database, folder: Path, actor: Actor) -> None:
        self.session, self.database, self.folder, self.actor = session, database, folder, actor
        counterparts.partner(session)
        world = World(session).prepare()
        self.firms = [world.enterprise() for _ in range(3)]
        handover = counterparts.handed_over(session, database, folder, actor, "enterprises")
        self.number, self.handover_id = handover.number, handover.id

    def rows(self) -> Rows:
        """The main sheet of the workbook that we made."""
        path = self.folder / "made.xlsx"
        with path.open("wb") as target:
            make_workbook(self.session, target, self.batch)
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_name("企业").to_python()

    @property
    def batch(self) -> SheetBatch:
        return get_batch(self.session, self.actor, self.number)

    def filled(self, *results: tuple[str, str]) -> Rows:
        """Those rows with 结果 and 原因 filled in."""
        rows = self.rows()
        for row, (result, reason) in zip(rows[1:], results, strict=True):
            row[-2:] = [result, reason]
        return rows

    def judged(self, path: Path) -> list[RowFinding]:
        """What becomes of each row of the file."""
        return [each.finding for each in judge(self.session, self.batch.partner, read_answer(path).answers)]

    def register(self, path: Path) -> dict[str, int]:
        """Register the file; returns how many of each."""
        blobs = LocalBlobs(self.folder / "files")
        with path.open("rb") as source:
            given = Upload(source, path.name)
            file = receive_answer(self.session, Vault(blobs), actor=self.actor, now=NOW, batch=self.batch, upload=given)
        job = order_answer(self.session, actor=self.actor, now=NOW, batch=self.batch, file=file)
        number = job.id
        counterparts.work(self.session, self.database, self.folder)
        found = get_job(self.session, number)
        assert found.error == ""
        return dict(found.result["counts"])

    def states(self) -> list[str]:
        """How each record of the batch stands."""
        items = select(HandoverItem).where(HandoverItem.handover_id == self.handover_id).order_by(HandoverItem.id)
        return [item.state for item in self.session.scalars(items)]

    def receipts(self) -> int:
        """How many receipts are on file."""
        return self.session.scalar(select(func.count()).select_from(Receipt)) or 0


@pytest.fixture
def exchange(session: Session, database: Database, tmp_path: Path, actor: Any) -> Exchange:
    return Exchange(session, database, tmp_path, actor())


def workbook(path: Path, rows: Rows) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("企业")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def test_the_same_workbook_filled_in_is_registered_row_by_row(exchange: Exchange, tmp_path: Path) -> None:
    rows = exchange.filled(("接收", ""), ("退回", "缺少 2020 年数据"), ("处理中", ""))
    path = workbook(tmp_path / "回执.xlsx", rows)
    assert exchange.judged(path) == [RowFinding.ACCEPTED, RowFinding.REJECTED, RowFinding.SAME]
    assert exchange.states() == [ItemState.PENDING] * 3

    assert exchange.register(path) == {"accepted": 1, "rejected": 1}
    assert exchange.states() == [ItemState.ACCEPTED, ItemState.REJECTED, ItemState.PENDING]
    second = exchange.session.scalars(select(HandoverItem).where(HandoverItem.state == ItemState.REJECTED)).one()
    assert second.reason == "缺少 2020 年数据"


def test_the_same_file_twice_changes_nothing(exchange: Exchange, tmp_path: Path) -> None:
    path = workbook(tmp_path / "回执.xlsx", exchange.filled(("接收", ""), ("退回", "原因"), ("", "")))
    exchange.register(path)
    before = exchange.states(), exchange.receipts()
    assert exchange.judged(path) == [RowFinding.SAME, RowFinding.SAME, RowFinding.BLANK]
    assert exchange.register(path) == {}
    assert (exchange.states(), exchange.receipts()) == before


def test_columns_may_move_and_rows_be_sorted(exchange: Exchange, tmp_path: Path) -> None:
    rows = exchange.filled(("接收", ""), ("退回", "原因"), ("处理中", ""))
    rows[0][-2:] = ["审核结果", "退回原因"]
    moved = [[row[-1], row[2], row[-2], row[1], row[0]] for row in [rows[0], rows[3], rows[2], rows[1]]]
    title = [["湖北省科技厅（示例）回执", "", "", "", ""], ["", "", "", "", ""]]
    assert exchange.judged(workbook(tmp_path / "a.xlsx", [*title, *moved])) == [
        RowFinding.SAME,
        RowFinding.REJECTED,
        RowFinding.ACCEPTED,
    ]


def test_a_list_in_gb18030_is_read_too(exchange: Exchange, tmp_path: Path) -> None:
    path = tmp_path / "回执.csv"
    rows = exchange.filled(("已接收", ""), ("驳回", "统一社会信用代码与营业执照不一致"), ("审核中", ""))
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([row[0], row[1], row[2], row[-2], row[-1]] for row in rows)
    assert exchange.judged(path) == [RowFinding.ACCEPTED, RowFinding.REJECTED, RowFinding.SAME]


def test_what_cannot_be_registered_is_told_and_changes_nothing(exchange: Exchange, tmp_path: Path) -> None:
    head, first, second, third = exchange.filled(("接收", ""), ("退回", "原因"), ("差不多", ""))
    record = str(first[0]).rpartition("@")[0]
    strange = ["enterprises/914290990000000999@1", *first[1:]]
    version = [f"{record}@999999", *first[1:]]
    without = ["", *first[1:]]
    path = workbook(
        tmp_path / "a.xlsx", [head, strange, version, without, third, second, second, [*second[:-2], "接收", ""]]
    )
    assert exchange.judged(path) == [
        RowFinding.UNKNOWN,
        RowFinding.OTHER_VERSION,
        RowFinding.UNREADABLE,
        RowFinding.UNREADABLE,
        RowFinding.CONTRADICTORY,
        RowFinding.CONTRADICTORY,
        RowFinding.CONTRADICTORY,
    ]
    judged = judge(exchange.session, exchange.batch.partner, read_answer(path).answers)
    assert judged[1].versions == (str(first[0]).rpartition("@")[2],)
    one, _same, against = (row.answer.row for row in judged[4:])
    assert [row.other for row in judged[4:]] == [against, against, one]
    exchange.register(path)
    assert exchange.states() == [ItemState.PENDING] * 3
    assert exchange.receipts() == 0


def test_a_row_twice_counts_once(exchange: Exchange, tmp_path: Path) -> None:
    head, first, second, third = exchange.filled(("接收", ""), ("接收", ""), ("", ""))
    path = workbook(tmp_path / "a.xlsx", [head, first, first, second, third])
    assert exchange.judged(path) == [RowFinding.ACCEPTED, RowFinding.REPEATED, RowFinding.ACCEPTED, RowFinding.BLANK]
    assert exchange.register(path) == {"accepted": 2}


def test_a_result_after_another_one_comes_too_late(exchange: Exchange, tmp_path: Path) -> None:
    exchange.register(workbook(tmp_path / "a.xlsx", exchange.filled(("接收", ""), ("退回", "原因"), ("处理中", ""))))
    later = workbook(tmp_path / "b.xlsx", exchange.filled(("退回", "又不要了"), ("接收", ""), ("接收", "")))
    assert exchange.judged(later) == [RowFinding.LATE, RowFinding.LATE, RowFinding.ACCEPTED]
    assert exchange.register(later) == {"accepted": 1}
    assert exchange.states() == [ItemState.ACCEPTED, ItemState.REJECTED, ItemState.ACCEPTED]


@pytest.mark.parametrize(("renamed", "missing"), [("结果", "结果"), ("报送标识", "报送标识")])
def test_a_missing_column_is_named(exchange: Exchange, tmp_path: Path, renamed: str, missing: str) -> None:
    rows = exchange.filled(("接收", ""), ("接收", ""), ("接收", ""))
    rows[0] = ["别的" if cell == renamed else cell for cell in rows[0]]
    with pytest.raises(Invalid, match=f"找不到“{missing}”列") as refused:
        read_answer(workbook(tmp_path / "a.xlsx", rows))
    assert refused.value.code == "answer.columns"


def test_without_a_reason_column_the_rest_is_read(exchange: Exchange, tmp_path: Path) -> None:
    rows = [row[:-1] for row in exchange.filled(("接收", ""), ("退回", ""), ("接收", ""))]
    path = workbook(tmp_path / "a.xlsx", rows)
    assert read_answer(path).without_reason
    assert exchange.judged(path) == [RowFinding.ACCEPTED, RowFinding.REJECTED, RowFinding.ACCEPTED]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "tabular.empty"),
        (b"MZ\x90\x00 a program", "tabular.executable"),
        (b"PK\x03\x04 no archive", "tabular.damaged"),
        (b"<html><table></table></html>", "tabular.markup"),
        ("企业名称,备注\n江汉样品（示例）,有\n".encode(), "answer.columns"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, body: bytes, code: str) -> None:
    path = tmp_path / "回执.xlsx"
    path.write_bytes(body)
    with pytest.raises(Invalid) as refused:
        read_answer(path)
    assert refused.value.code == code


def test_the_words_that_partners_use() -> None:
    assert read_outcome(" 审核通过。") == "accepted"
    assert read_outcome("不通过") == "rejected"
    assert read_outcome("Pending") == "pending"
    assert read_outcome("通过但有意见") is None
    assert read_outcome("") is None
