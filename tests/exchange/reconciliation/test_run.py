"""A reconciliation from its order to its lines: over files and over HTTP, stopped, broken off, queued for the next batch."""

import csv
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
import xlsxwriter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.exchange.comparison.domain import ComparisonState, LineKind
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.domain import FieldType
from app.exchange.handovers.domain import HandoverState
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.json_values import dumps
from app.exchange.partners.domain import Transport
from app.exchange.partners.keys import make_key
from app.exchange.partners.models import Partner
from app.exchange.plans import plans_of
from app.exchange.reconciliation.service import TheirFile, queue_differences, start_reconciliation, stop_reconciliation
from app.exchange.reconciliation.staging import StagingTable
from app.exchange.reconciliation.theirs import Theirs
from app.exchange.records import iterate_records
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.db import Database
from app.kit.errors import Conflict, Invalid
from app.kit.storage.local import LocalBlobs
from tests.conftest import NOW
from tests.exchange import counterparts
from tests.exchange.world import World
from tests.factories.enterprises import many_firms
from tests.support.partner import StubPartner, partner_server, unsigned

SECRET = b"a secret that only the tests know 0123456789"
Record = dict[str, Any]


class Comparison:
    """A partner, firms on file, and runs against whatever a test says that the partner has."""

    def __init__(self, session: Session, database: Database, folder: Path, actor: Actor) -> None:
        self.session, self.database, self.folder, self.actor = session, database, folder, actor
        self.world = World(session).prepare()
        self.partner_id = counterparts.partner(session).id

    @property
    def partner(self) -> Partner:
        return self.session.get_one(Partner, self.partner_id)

    def ours(self) -> list[Record]:
        """What we would hand over, as it leaves the house."""
        plan = plans_of("province", "v1")["enterprises"]
        batches = iterate_records(self.session, plan, self.partner.region_prefix)
        return [each for batch in batches for each in orjson.loads(dumps(batch))]

    def against(self, path: Path) -> Reconciliation:
        """Compare with the file at `path`."""
        with path.open("rb") as source:
            blob = LocalBlobs(self.folder / "files").put(source, limit=10**9)
        return self.run(TheirFile(blob.sha256, path.name))

    def with_records(self, records: list[Record]) -> Reconciliation:
        """Compare with these records, in a file of one a line."""
        path = self.folder / "theirs.ndjson"
        path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in records))
        return self.against(path)

    def run(self, file: TheirFile | None = None) -> Reconciliation:
        """Order a run and do it."""
        number = self.order(file).id
        counterparts.work(self.session, self.database, self.folder, secret=SECRET)
        return self.session.get_one(Reconciliation, number)

    def order(self, file: TheirFile | None = None) -> Reconciliation:
        """Order a run."""
        return start_reconciliation(
            self.session, actor=self.actor, now=NOW, partner=self.partner, resource="enterprises", file=file
        )

    def lines(self, run: Reconciliation) -> list[tuple[str, str, Any]]:
        """Kind, key and fields of the lines of a run."""
        found = select(ReconciliationLine).where(ReconciliationLine.reconciliation_id == run.id)
        return [(row.kind, row.key, row.fields) for row in self.session.scalars(found.order_by(ReconciliationLine.id))]

    def result(self, run: Reconciliation) -> dict[str, Any]:
        return dict(self.session.get_one(Job, run.job_id).result)


@pytest.fixture
def comparison(session: Session, database: Database, tmp_path: Path, actor: Any) -> Comparison:
    return Comparison(session, database, tmp_path, actor())


def counts(run: Reconciliation) -> tuple[int, ...]:
    return run.same, run.differing, run.only_here, run.only_there, run.unreadable


def write_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_an_officer_reads_what_differs_and_in_what(comparison: Comparison, tmp_path: Path) -> None:
    same = comparison.world.enterprise(name="相同（示例）", capital_fen=1_250)
    differs = comparison.world.enterprise(name="不同（示例）", capital_fen=100)
    here = comparison.world.enterprise(name="只在我方（示例）")
    unasked = comparison.world.enterprise(region="421000", name="辖区之外（示例）")
    path = write_csv(
        tmp_path / "对方名单.csv",
        [
            ["湖北省科技厅（示例）导出", "", "", ""],
            ["序号", "企业名称", "注册资本（万元）", "统一社会信用代码"],
            ["1", "不同了（示例）", "0.02", differs.uscc],
            ["2", "相同（示例）", "0.00125", same.uscc],
            ["3", "只在对方（示例）", "", "91429099T999999999"],
            ["4", "没有代码（示例）", "", ""],
            ["5", "相同（示例）", "0.00125", same.uscc],
        ],
        "gb18030",
    )
    run = comparison.against(path)
    assert (run.state, run.error) == (ComparisonState.FINISHED, "")
    assert counts(run) == (1, 1, 1, 1, 2)
    assert comparison.lines(run) == [
        (
            "differing",
            differs.uscc,
            {"name": ["不同（示例）", "不同了（示例）"], "capital": ["1.00", "200.00"]},
        ),
        ("only_here", here.uscc, {}),
        ("only_there", "91429099T999999999", {}),
        ("unreadable", "", {"problem": ["", "no_key"]}),
        ("unreadable", "", {"problem": [same.uscc, "repeated"]}),
    ]
    first = comparison.session.scalars(select(ReconciliationLine)).first()
    assert first is not None
    assert (first.label, first.enterprise_id) == ("不同（示例）", differs.id)
    assert unasked.uscc not in {key for _kind, key, _fields in comparison.lines(run)}
    result = comparison.result(run)
    assert result["fields"] == {"name": 1, "capital": 1}
    assert result["others"] == ["序号"]
    assert "address" in result["not_compared"]


def test_a_copy_of_ours_agrees_and_lists_are_compared_too(comparison: Comparison) -> None:
    for _ in range(3):
        comparison.world.add_parts(comparison.world.enterprise())
    theirs = comparison.ours()
    run = comparison.with_records([*theirs, {"manifest": {"count": 3}}])
    assert counts(run) == (3, 0, 0, 0, 0)

    theirs[0]["figures"][0]["sales_revenue"] = "7.00"
    run = comparison.with_records(theirs)
    assert counts(run) == (2, 1, 0, 0, 0)
    ((_kind, _key, fields),) = comparison.lines(run)
    ours_figures, theirs_figures = fields["figures"]
    assert theirs_figures == [{**ours_figures[0], "sales_revenue": "7.00"}]
    assert set(ours_figures[0]) == {"year", "basis", "source", "sales_revenue"}


def edit(record: Record, rng: random.Random) -> set[str]:
    """Change some fields of a record so that each says something else; returns which."""
    definition = plans_of("province", "v1")["enterprises"].definition
    able = [each for each in definition.fields if each.name != definition.key and each.type in _EDITS]
    chosen = rng.sample(able, rng.randint(1, 3))
    for each in chosen:
        record[each.name] = _EDITS[each.type](record[each.name])
    return {each.name for each in chosen}


_EDITS: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.TEXT: lambda value: f"{value or ''}改",
    FieldType.CODE: lambda value: f"{value or ''}9",
    FieldType.BOOLEAN: lambda value: not value,
    FieldType.DAY: lambda value: "1999-12-31",
    FieldType.MONEY: lambda value: f"{float(value or 0) + 1:.2f}",
    FieldType.RECORDS: lambda value: [*value, {"year": 1999, "kind": "x", "tag": "x", "number": "x"}],
}


@pytest.mark.parametrize("seed", range(4))
def test_exactly_the_edits_of_a_copy_are_found(comparison: Comparison, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(24):
        firm = comparison.world.enterprise()
        if number % 3 == 0:
            comparison.world.add_parts(firm)
    expected: set[tuple[str, str, frozenset[str]]] = set()
    theirs = []
    for record in comparison.ours():
        kind = rng.choice(["same", "same", "differing", "only_here"])
        key = record["uscc"]
        if kind == "differing":
            expected.add(("differing", key, frozenset(edit(record, rng))))
        elif kind == "only_here":
            expected.add(("only_here", key, frozenset()))
            continue
        theirs.append(record)
    for number in range(rng.randint(0, 4)):
        key = f"91429099T9999{number:05d}"
        theirs.append({"uscc": key, "name": "对方的（示例）"})
        expected.add(("only_there", key, frozenset()))
    rng.shuffle(theirs)
    run = comparison.with_records(theirs)
    found = {(kind, key, frozenset(fields)) for kind, key, fields in comparison.lines(run)}
    assert found == expected
    assert sum(counts(run)[1:]) == len(expected)


def test_five_thousand_records_take_few_queries(
    comparison: Comparison, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    many_firms(comparison.session, 5_000, region_code="429005001")
    theirs = comparison.ours()
    for record in theirs[::10]:
        record["name"] = "改了（示例）"
    with count_queries() as queries:
        run = comparison.with_records(theirs)
    assert counts(run) == (4_500, 500, 0, 0, 0)
    assert len(queries) < 150


def test_a_list_of_theirs_lies_on_disk_not_in_memory() -> None:
    def peak(number: int) -> int:
        rows = (Theirs(str(n), f"K{n}", {"uscc": f"K{n}", "name": "江汉样品（示例）" * 20}) for n in range(number))
        tracemalloc.start()
        with StagingTable() as stage:
            for _count in stage.lay_down(rows):
                pass
            assert len(stage.take(["K1", "K7", "none"])) == 2
            assert sum(len(batch) for batch in stage.unseen()) == number - 2
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(8_000) < peak(2_000) + 500_000


def test_characters_that_no_database_keeps_are_left_out(comparison: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(rb'{"uscc": "K\u00001", "name": "a\u0000b\\u0000c"}' + b"\n")
    run = comparison.against(path)
    assert run.error == ""
    labels = comparison.session.execute(select(ReconciliationLine.key, ReconciliationLine.label)).all()
    assert [tuple(row) for row in labels] == [("K1", "ab\\u0000c")]


# -- over HTTP -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stub(comparison: Comparison) -> Iterator[StubPartner]:
    partner = comparison.partner
    key = bytes.fromhex(make_key(partner, SECRET))
    with partner_server(key, lambda: NOW) as found:
        partner.transport, partner.base_url = Transport.PUSH, found.url
        yield found


def hold(stub: StubPartner, records: list[Record]) -> None:
    stub.held = {("enterprises", record["uscc"]): {"data": record} for record in records}


def test_their_list_is_pulled_and_confirms_what_was_acknowledged(comparison: Comparison, stub: StubPartner) -> None:
    for _ in range(3):
        comparison.world.enterprise()
    handover = counterparts.handed_over(
        comparison.session, comparison.database, comparison.folder, comparison.actor, "enterprises"
    )
    handover.state = HandoverState.ACKNOWLEDGED
    hold(stub, comparison.ours())
    run = comparison.run()
    assert (run.state, counts(run)) == (ComparisonState.FINISHED, (3, 0, 0, 0, 0))
    assert comparison.session.get_one(Handover, handover.id).state == HandoverState.RECONCILED


def test_a_partner_that_does_not_answer_leaves_nothing_behind(comparison: Comparison, stub: StubPartner) -> None:
    comparison.world.enterprise()
    hold(stub, [*comparison.ours(), *({"uscc": f"X{n}"} for n in range(600))])
    stub.faults.extend([None, unsigned])  # the second page comes without a signature
    run = comparison.run()
    assert run.state == ComparisonState.FAILED
    assert run.error == "没有读到“湖北省科技厅（示例）”的清单：对方的应答没有签名。没有保留任何结果，请稍后重新对账。"
    assert comparison.lines(run) == []
    assert counts(run) == (0, 0, 0, 0, 0)


def test_a_partner_without_an_address_is_asked_for_a_file(comparison: Comparison) -> None:
    with pytest.raises(Invalid, match="请上传对方提供的清单文件"):
        comparison.order()


# -- stopping, refusing, queueing -------------------------------------------------------------------------------------------


def test_a_run_that_was_stopped_keeps_no_lines(comparison: Comparison, tmp_path: Path) -> None:
    comparison.world.enterprise()
    path = write_csv(tmp_path / "a.csv", [["uscc", "name"], ["91429099T999999999", "甲"]])
    with path.open("rb") as source:
        blob = LocalBlobs(tmp_path / "files").put(source, limit=10**9)
    waiting = comparison.order(TheirFile(blob.sha256, path.name))
    stop_reconciliation(comparison.session, now=NOW, row=waiting)
    assert waiting.state == ComparisonState.CANCELLED
    running = comparison.order(TheirFile(blob.sha256, path.name))
    comparison.session.get_one(Job, running.job_id).cancel_asked = True
    counterparts.work(comparison.session, comparison.database, tmp_path)
    running = comparison.session.get_one(Reconciliation, running.id)
    assert running.state == ComparisonState.CANCELLED
    assert comparison.lines(running) == []
    with pytest.raises(Conflict, match="已经结束"):
        stop_reconciliation(comparison.session, now=NOW, row=running)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["企业名称", "地址"], ["甲", "乙"]], "找不到“统一社会信用代码”"),
        ([["", ""]], "没有可以读取的内容"),
    ],
)
def test_a_list_without_keys_is_refused_in_plain_words(
    comparison: Comparison, tmp_path: Path, rows: list[list[str]], message: str
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    run = comparison.against(tmp_path / "a.xlsx")
    assert run.state == ComparisonState.FAILED
    assert message in run.error


def test_a_code_that_was_kept_as_a_number_is_told(comparison: Comparison, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["统一社会信用代码", "企业名称"])
    sheet.write_row(1, 0, [914290990000000001, "甲（示例）"])
    book.close()
    run = comparison.against(tmp_path / "a.xlsx")
    assert [(kind, fields["problem"][1]) for kind, _key, fields in comparison.lines(run)] == [
        ("unreadable", "inexact_key")
    ]


def test_lines_that_are_no_json_are_told_with_their_number(comparison: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"uscc": "91429099T999999999"}\n{"uscc": \n[1]\n\n{"name": "甲"}\n', encoding="utf-8")
    run = comparison.against(path)
    labels = select(ReconciliationLine.label, ReconciliationLine.fields).where(
        ReconciliationLine.kind == LineKind.UNREADABLE
    )
    told = [(label, fields["problem"][1]) for label, fields in comparison.session.execute(labels)]
    assert told == [("2", "broken"), ("3", "no_record"), ("5", "no_key")]
    assert counts(run) == (0, 0, 0, 1, 3)


def test_what_differs_is_queued_once_with_tombstones_for_what_only_they_have(comparison: Comparison) -> None:
    same, differs, here = (comparison.world.enterprise() for _ in range(3))
    theirs = [record for record in comparison.ours() if record["uscc"] != here.uscc]
    next(record for record in theirs if record["uscc"] == differs.uscc)["name"] = "改了（示例）"
    run = comparison.with_records([*theirs, {"uscc": "91429099T999999999"}, {"name": "没有代码"}])

    handover = queue_differences(
        comparison.session, actor=comparison.actor, now=NOW, row=run, partner=comparison.partner
    )
    number = handover.id
    with pytest.raises(Conflict, match="正在生成批次"):
        queue_differences(comparison.session, actor=comparison.actor, now=NOW, row=run, partner=comparison.partner)
    counterparts.work(comparison.session, comparison.database, comparison.folder)
    items = select(HandoverItem).where(HandoverItem.handover_id == number).order_by(HandoverItem.key)
    assert [(item.key, item.retired) for item in comparison.session.scalars(items)] == [
        (differs.uscc, False),
        (here.uscc, False),
        ("91429099T999999999", True),
    ]
    marked = select(func.count()).where(ReconciliationLine.handover_id == number)
    assert comparison.session.scalar(marked) == 3
    assert same.uscc not in json.dumps(comparison.lines(run))
    with pytest.raises(Conflict, match="没有可以转入报送的差异"):
        queue_differences(comparison.session, actor=comparison.actor, now=NOW, row=run, partner=comparison.partner)
