"""`yumiao import`: its last line, its exit codes, what it says. (test_kill.py runs it as a process of its own.)"""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli import main
from app.enterprises.imports.models import ImportRun
from app.enterprises.models import Enterprise, YearlyFigures
from app.jobs.models import Job
from app.jobs.service import claim
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope, session_scope
from app.kit.tabular import write_xlsx
from tests.factories.enterprises import fictional_code, wrong_code
from tests.factories.ledgers import write_ledger
from tests.factories.lists import firm_row, firm_rows, messy_rows, write_list
from tests.support.imports import NOW, Importer
from tests.support.server import clean_environment

LAST_LINE = re.compile(r"created=(\d+) changed=(\d+) unchanged=(\d+) differs=(\d+) queued=(\d+) rejected=(\d+)")


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return clean_environment(YUMIAO_DATABASE_URL=database_url, YUMIAO_DATA_DIR=str(tmp_path / "data"), PYTHONUTF8="1")


@pytest.fixture
def run_here(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command, with the environment of a deployment."""

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        line = ["yumiao", "import", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", line)
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        written = capsys.readouterr()
        return subprocess.CompletedProcess(line, code, written.out, written.err)

    return call


Here = Callable[..., subprocess.CompletedProcess[str]]


def counts_in(output: str) -> tuple[int, ...]:
    found = LAST_LINE.fullmatch(output.rstrip("\n").rsplit("\n", 1)[-1])
    assert found, output[-2000:]
    return tuple(map(int, found.groups()))


def test_the_last_line_counts_and_every_bad_row_is_told(run_here: Here, database: Database, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", messy_rows(), encoding="gb18030")
    dry = run_here("enterprises", path, "--dry-run")
    assert counts_in(dry.stdout) == (3, 0, 0, 0, 1, 4)
    assert "没有写入任何内容" in dry.stdout
    assert "待确认 · 代码校验位不符（uscc）：1 行" in dry.stdout
    assert "未导入 · 重复的行，内容不同（repeat.differs）：1 行" in dry.stdout
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 0
    assert not list((tmp_path / "data").iterdir())
    first = run_here("enterprises", path)
    assert first.returncode == 0, first.stderr
    assert counts_in(first.stdout) == (3, 0, 0, 0, 1, 4)
    assert "gb18030" in first.stdout
    assert "row 6 rejected [repeats row 2]" in first.stdout
    (handed_back,) = (tmp_path / "data" / "rejected").iterdir()
    assert str(handed_back) in first.stdout
    second = run_here("enterprises", path)
    assert counts_in(second.stdout) == (0, 0, 3, 0, 1, 4)
    assert "没有改变任何内容" in second.stdout
    third = run_here("enterprises", path, "--accept-unconfirmed")
    assert counts_in(third.stdout) == (1, 0, 3, 0, 0, 4)


def test_cells_kept_as_text_and_firms_without_a_region_are_counted(run_here: Here, tmp_path: Path) -> None:
    nowhere = {"所在省份": "", "地区": "", "注册地址": "示例路3号"}
    rows = [
        firm_row(1),
        firm_row(2, 注册日期="2015年3月", 注册资金="5000"),
        firm_row(3, **nowhere),
        firm_row(4, 统一社会信用代码="123", 注册资金="5000"),
    ]
    path = write_list(tmp_path / "list.csv", rows)
    for _time in range(2):
        lines = run_here("enterprises", path).stdout.splitlines()
        assert "有 2 个单元格无法识别，原文已保留。" in lines
        assert "有 1 家企业认不出所在区域，只有不限区域的人员看得到。" in lines
        assert LAST_LINE.fullmatch(lines[-1])
    told = run_here("enterprises", write_list(tmp_path / "b.csv", [firm_row(1)])).stdout
    assert "个单元格" not in told and "认不出" not in told


def test_figures_are_taken_in_alike(run_here: Here, tmp_path: Path) -> None:
    run_here("enterprises", write_list(tmp_path / "firms.csv", firm_rows(1)))
    header = ("统一社会信用代码", "年度", "口径", "来源", "销售收入（万元）")
    rows = [[fictional_code(1), "2020", "税务", "", "38.2"], [fictional_code(9), "2020", "税务", "", "1"]]
    found = run_here("figures", write_list(tmp_path / "figures.xlsx", rows, header))
    assert (found.returncode, counts_in(found.stdout)) == (0, (1, 0, 0, 0, 0, 1))


def test_figures_without_a_unit_are_not_taken_in_until_it_is_told(
    run_here: Here, database: Database, tmp_path: Path
) -> None:
    run_here("enterprises", write_list(tmp_path / "firms.csv", firm_rows(1)))
    header = ("统一社会信用代码", "年度", "口径", "销售收入", "净资产（千元）")
    path = write_list(tmp_path / "figures.csv", [[fictional_code(1), "2020", "税务", "38.2", "12"]], header)
    refused = run_here("figures", path)
    assert refused.returncode == 1 and "销售收入" in refused.stderr and "--unit" in refused.stderr
    assert "净资产" not in refused.stderr and len(refused.stderr.strip().splitlines()) == 1
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 1
    assert run_here("figures", path, "--unit", "斤").returncode == 2
    found = run_here("figures", path, "--unit", "亿元")
    assert (found.returncode, counts_in(found.stdout)) == (0, (1, 0, 0, 0, 0, 0))
    with read_scope(database) as session:
        one = session.scalars(select(YearlyFigures)).one()
        assert (one.sales_revenue_fen, one.net_assets_fen) == (382_000_000_000, 1_200_000)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("program.xlsx", b"MZ\x90\x00" + b"\x00" * 400),
        ("mixed.csv", "企业名称,代码\n".encode() + "潜江市示例有限公司,1\n".encode("gbk")),
        ("page.xls", b"<html><body>no</body></html>"),
        ("no-columns.csv", "甲,乙\n1,2\n".encode()),
        ("bomb.xlsx", b""),
        ("wide.csv", "企业名称,统一社会信用代码,".encode() + b"a," * 200_000 + b"\n"),
    ],
    ids=["empty", "program", "mixed", "page", "columns", "bomb", "wide"],
)
def test_what_cannot_be_read_ends_with_1_and_one_sentence(
    run_here: Here, database: Database, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    if name == "bomb.xlsx":
        import zipfile

        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", write_xlsx([], ["a"]))
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 10_000_000)
    found = run_here("enterprises", path)
    assert found.returncode == 1
    assert len(found.stderr.strip().splitlines()) == 1 and "Traceback" not in found.stderr
    with read_scope(database) as session:
        for table in (Enterprise, ImportRun):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_wrong_usage_ends_with_2(run_here: Here, tmp_path: Path) -> None:
    assert run_here("enterprises").returncode == 2
    assert run_here("enterprises", tmp_path / "absent.csv").returncode == 2
    assert run_here("people", tmp_path).returncode == 2
    assert run_here("enterprises", tmp_path).returncode == 2


def test_an_import_under_way_is_followed_not_begun_twice(
    run_here: Here, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_list(tmp_path / "list.csv", firm_rows(3))
    importer = Importer(database, tmp_path / "data")
    importer.start(importer.upload(path))
    with session_scope(database) as session:
        job = session.scalars(select(Job)).one()
        claim(session, job_id=job.id, owner="another-machine:1:1", now=utc_now())

    def finish_meanwhile(_seconds: float) -> None:
        with session_scope(database) as session:
            session.scalars(select(Job)).one().lease_until = NOW - timedelta(seconds=1)
        importer.work()

    monkeypatch.setattr("app.commands.progress.time.sleep", finish_meanwhile)
    found = run_here("enterprises", path)
    assert (found.returncode, counts_in(found.stdout)) == (0, (3, 0, 0, 0, 0, 0))
    assert "等它完成" in found.stdout
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 1


def test_another_wish_about_doubtful_codes_begins_anew(run_here: Here, database: Database, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [firm_row(3, 统一社会信用代码=wrong_code(3))])
    importer = Importer(database, tmp_path / "data")
    importer.start(importer.upload(path))
    found = run_here("enterprises", path, "--accept-unconfirmed")
    assert counts_in(found.stdout) == (1, 0, 0, 0, 0, 0)
    with read_scope(database) as session:
        assert session.scalars(select(ImportRun.state).order_by(ImportRun.id)).all() == ["abandoned", "finished"]
        assert session.scalars(select(Job.state).order_by(Job.id)).all() == ["cancelled", "done"]


def test_a_workbook_is_shown_first_and_taken_in_when_one_agrees(
    run_here: Here, database: Database, tmp_path: Path
) -> None:
    path = write_ledger(tmp_path / "台账.xlsx")
    shown = run_here(path)
    assert shown.returncode == 2
    assert "工作表“高企名单”：证书" in shown.stdout and "证书信息 / 证书编号 → 证书编号" in shown.stdout
    assert "旧名单（隐藏的工作表）" in shown.stdout
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 0

    taken = run_here(path, "--yes", "--region", "429005")
    assert taken.returncode == 0, taken.stderr
    lines = taken.stdout.splitlines()
    assert "不是数据的行（合计、附注等）：8，9" in lines
    assert "联系人: created=1 changed=0 unchanged=0 differs=0 queued=0 rejected=1" in lines
    assert "高企名单: created=2 changed=0 unchanged=0 differs=0 queued=1 rejected=0" in lines
    assert counts_in(taken.stdout) == (5, 0, 0, 0, 1, 1)
    with read_scope(database) as session:
        assert session.scalars(select(ImportRun.region_prefix)).all() == ["429005"]


def test_one_sheet_of_a_workbook_read_as_told(run_here: Here, database: Database, tmp_path: Path) -> None:
    path = write_ledger(tmp_path / "台账.xlsx")
    taken = run_here(path, "--yes", "--sheet", "旧名单", "--header-row", "1", "--map", "企业名称=name")
    assert counts_in(taken.stdout) == (1, 0, 0, 0, 0, 0)
    assert run_here(path, "--yes", "--sheet", "没有").returncode == 1
    assert run_here(path, "--yes", "--map", "企业名称").returncode == 2
    assert run_here(path, "--yes", "--given", "严重程度").returncode == 2
    assert run_here(path, "--yes", "--region", "999999").returncode == 1


def test_what_is_decided_beforehand_is_told_line_by_line(run_here: Here, database: Database, tmp_path: Path) -> None:
    path = write_list(tmp_path / "名单.csv", [firm_row(3, 统一社会信用代码=wrong_code(3)), firm_row(4)])
    found = run_here("enterprises", path, "--decide", "uscc=leave", "--decide", "differs=keep")
    assert found.returncode == 0, found.stderr
    assert "事先说定：代码校验位不符（uscc）→ 不导入，1 行" in found.stdout
    assert "事先说定：与手工修改不同（differs）→ 保留本库内容，0 行" in found.stdout
    assert counts_in(found.stdout) == (1, 0, 0, 0, 1, 0)
    for wrong in ("uscc=take", "uscc", "strange=leave"):
        assert run_here("enterprises", path, "--decide", wrong).returncode == 2
    with read_scope(database) as session:
        assert session.scalar(select(func.count()).select_from(ImportRun)) == 1


def test_what_was_told_of_columns_holds_for_the_next_file_and_gives_way_to_what_is_told(
    run_here: Here, tmp_path: Path
) -> None:
    heads = ["企业名称", "统一社会信用代码", "注册地址", "经办"]
    rows = [[f"园林精密{n}号有限公司（示例）", fictional_code(n), "潜江市园林街道1号", "周某（示例）"] for n in (1, 2)]
    files = [tmp_path / f"{n}.xlsx" for n in (1, 2, 3)]
    for file in files:
        file.write_bytes(write_xlsx(rows, heads))
    first = run_here("--yes", "--map", "经办=contact.contact_name", files[0])
    assert "的对应。" not in first.stdout and "经办 → 联系人" in first.stdout
    second = run_here("--yes", files[1])
    assert "系统 的对应。" in second.stdout and "经办 → 联系人" in second.stdout
    third = run_here("--yes", "--map", "经办=legal_representative", files[2])
    assert "经办 → 法定代表人" in third.stdout and "经办 → 联系人" not in third.stdout
