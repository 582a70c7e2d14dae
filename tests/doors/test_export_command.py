"""`yumiao export`: what the list's page exports, as a file."""

import csv
from pathlib import Path

import pytest
import typer
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from app.commands.exports import LISTS, register
from app.journal.models import JournalEvent
from app.kit import db
from tests.factories.enterprises import firm


@pytest.fixture
def export(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the command with these arguments."""
    monkeypatch.setenv("YUMIAO_DATABASE_URL", database_url)
    monkeypatch.setenv("YUMIAO_DATA_DIR", str(tmp_path))

    command = typer.Typer()
    register(command)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(command, list(arguments), catch_exceptions=False)

    return run


def test_firms_are_written_as_their_page_exports_them(export, session: Session, tmp_path: Path) -> None:
    firm(session, "潜江甲", region_code="429005001")
    firm(session, "武汉乙", region_code="420111")
    db.commit(session)
    done = export("enterprises", str(tmp_path / "firms.xlsx"))
    assert (done.exit_code, done.stdout.strip()) == (0, "共 2 行")
    table = CalamineWorkbook.from_path(str(tmp_path / "firms.xlsx")).get_sheet_by_index(0).to_python()
    assert table[0][:2] == ["企业名称", "统一社会信用代码"]
    assert {row[0] for row in table[1:]} == {"潜江甲（示例）", "武汉乙（示例）"}
    assert export("enterprises", str(tmp_path / "firms.csv")).exit_code == 0
    rows = list(csv.reader((tmp_path / "firms.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == table[0] and len(rows) == 3
    assert [path.name for path in tmp_path.glob(".*part")] == []


@pytest.mark.parametrize("resource", LISTS)
def test_every_list_can_be_had(export, session: Session, tmp_path: Path, resource: str) -> None:
    assert export(resource, str(tmp_path / "list.csv")).exit_code == 0
    heads = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").split("\n")[0]
    assert ("专家姓名" if resource == "person" else "统一社会信用代码") in heads
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "export.list")).one()
    assert (event.subject_id, event.data["rows"]) == (f"/{resource}", 0)


@pytest.mark.parametrize(("resource", "name"), [("firms", "a.xlsx"), ("enterprises", "a.pdf"), ("enterprises", "a")])
def test_another_list_or_kind_of_file_is_refused(export, tmp_path: Path, resource: str, name: str) -> None:
    refused = export(resource, str(tmp_path / name))
    assert refused.exit_code == 2
    assert not (tmp_path / name).exists()
