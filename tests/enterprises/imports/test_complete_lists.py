"""An import that is a complete list: it denies once all is in, nothing of whom a row that waits names, and goes with the import."""

import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cli import main
from app.enterprises.complete_lists.models import CompleteList
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.imports import decisions
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.listed_kinds import kinds_of
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.staging import sheets_of
from app.kit.actor import SYSTEM
from app.kit.db import Database, read_scope, session_scope
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.values.knowledge import Known
from app.policies.queries import get_catalogue
from app.policies.service.fact_sources import gather_many
from tests.factories.enterprises import fictional_code, firm
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import NOW, Importer
from tests.support.server import clean_environment
from tests.support.undo import Undoer

DAY = date(2021, 6, 30)
NAMES = [f"园林精密{n}号有限公司（示例）" for n in range(9)]
COMPLETE = CompleteListInput(
    kinds=["certificate:high-tech-enterprise"],
    complete_to=DAY,
    region_code="429005",
    issuer="省科技厅（示例）",
    document="名单（示例）",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Firm 1 is on the list; the code of firm 2 bears the name of firm 3; firm 4 is not on file."""
    head = ["企业名称", "统一社会信用代码", "证书编号", "发证日期"]
    rows = [
        [NAMES[1], fictional_code(1), "GR202042990001", "2020-12-01"],
        [NAMES[3], fictional_code(2), "GR202042990002", "2020-12-01"],
        [NAMES[4], None, "GR202042990004", "2020-12-01"],
    ]
    return write_grids(tmp_path / "高新技术企业名单.xlsx", {"高新技术企业名单": Grid([head, *rows])})


@pytest.fixture
def firms(database: Database) -> dict[int, int]:
    """Firms 1 to 3 and 5, by their numbers."""
    with session_scope(database) as session:
        return {n: firm(session, NAMES[n].removesuffix("（示例）"), uscc=fictional_code(n)).id for n in (1, 2, 3, 5)}


def answers(database: Database, firms: dict[int, int]) -> dict[int, bool | None]:
    """Whether each firm holds a certificate, as far as that is known."""
    with read_scope(database) as session:
        found = gather_many(session, get_catalogue(session), list(firms.values()), DAY)
        known = {n: found[key].facts.known.get(FactKey("high_tech_certificate")) for n, key in firms.items()}
    return {n: bool(one.value) if isinstance(one, Known) else None for n, one in known.items()}


def take_in(importer: Importer, file: Path) -> int:
    run_id = importer.upload(file, ImportKind.WORKBOOK)
    with read_scope(importer.database) as session:
        assert kinds_of(sheets_of(session, session.get_one(ImportRun, run_id))) == COMPLETE.kinds
    importer.start(run_id, complete=COMPLETE)
    assert answers(importer.database, {}) == {}
    importer.work()
    return run_id


def test_who_is_named_by_a_row_that_waits_stays_unknown(
    importer: Importer, database: Database, firms: dict[int, int], file: Path
) -> None:
    run_id = take_in(importer, file)
    assert importer.counts(run_id) == {"created": 1, "queued": 1, "rejected": 1}
    assert answers(database, firms) == {1: True, 2: None, 3: None, 5: False}
    with session_scope(database) as session:
        later = firms | {4: firm(session, NAMES[4].removesuffix("（示例）"), uscc=fictional_code(4)).id}
    assert answers(database, later)[4] is None
    (waiting,) = importer.rows(run_id, RowOutcome.QUEUED)
    with session_scope(database) as session:
        run = session.get_one(ImportRun, run_id)
        row = session.get_one(ImportRow, waiting.id)
        decisions.confirm(decisions.Deciding(session, SYSTEM, run, row, NOW), "已核对（示例）")
    assert answers(database, firms) == {1: True, 2: True, 3: False, 5: False}


def test_an_import_taken_back_takes_its_word_back(
    importer: Importer, database: Database, firms: dict[int, int], file: Path
) -> None:
    run_id = take_in(importer, file)
    Undoer(importer).undo(run_id)
    assert set(answers(database, firms).values()) == {None}
    with read_scope(database) as session:
        (row,) = session.scalars(select(CompleteList))
        assert row.withdrawn_at is not None and row.import_id == run_id


def test_the_command_says_it(
    database: Database, database_url: str, firms: dict[int, int], file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    environment = clean_environment(YUMIAO_DATABASE_URL=database_url, YUMIAO_DATA_DIR=str(tmp_path / "data"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    wrong = ["yumiao", "import", str(file), "--yes", "--complete-to", "2021-06-30", "--complete-kind", "compliance:tax"]
    monkeypatch.setattr(sys, "argv", wrong)
    with pytest.raises(SystemExit) as end:
        main()
    boxed = capsys.readouterr().err.replace("│", "").split()
    assert end.value.code == 2 and "compliance:tax_violation" in "".join(boxed)
    monkeypatch.setattr(
        sys,
        "argv",
        ["yumiao", "import", str(file), "--yes", "--complete-to", "2021-06-30", "--issuer", "省科技厅（示例）"],
    )
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr().out
    assert not end.value.code, told
    assert (
        "已记为完整名单：高新技术企业名单，不限起始日 至 2021-06-30 完整（省科技厅（示例），高新技术企业名单.xlsx）"
        in told
    )
    assert "名单上有 2 行还没有导入" in told
    assert answers(database, firms) == {1: True, 2: None, 3: None, 5: False}
