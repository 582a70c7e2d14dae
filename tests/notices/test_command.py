"""`yumiao notify`: what it would do, counted to the last message; then it does exactly that."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app.cases.models import Milestone
from app.commands.notices import register
from app.kit import db
from app.kit.clock import today, utc_now
from app.kit.db import Database
from tests.factories.cases import opened, step
from tests.support import people
from tests.support.notices import deliveries, mailbox, notices_of


def notify(*arguments: str) -> str:
    command = typer.Typer()
    register(command)
    command.callback()(lambda: None)
    done = CliRunner().invoke(command, ["notify", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_dry_run_counts_what_the_run_then_does(
    session: Session, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YUMIAO_DATABASE_URL", database.url)
    monkeypatch.setenv("YUMIAO_DATA_DIR", str(tmp_path))
    now = utc_now()
    officer = people.officer(session)
    case = opened(session, officer, now).row
    person = people.enterprise_user(session, enterprise_id=case.enterprise_id)
    mailbox(session, person)
    names = {"title_zh": "提交材料", "title_en": "Hand in", "note": ""}
    due = today(now) + timedelta(days=1)
    session.add(Milestone(case_id=case.id, code="told-of", ordinal=9, planned_on=due, due_on=due, version=1, **names))
    step(session, officer, now, case, "confirm-intent")
    db.commit(session)
    counted = notify("--dry-run")
    assert "case-step: email:at_once=1 inbox=1" in counted
    assert re.search(r"milestone-near: .*inbox=\d", counted)
    assert notices_of(database, person) == deliveries(database) == []
    assert not (tmp_path / "outbox").exists()
    total = re.search(r"^notices=(\d+)$", counted, re.M)
    assert total
    done = notify()
    assert re.search(r"^events=\d+ day=\d+ email=1 webhook=0$", done, re.M)
    told = notices_of(database, person) + notices_of(database, officer)
    assert len(told) == int(total[1])
    assert len(list((tmp_path / "outbox").iterdir())) == 1
    assert "notices=0" in notify("--dry-run")
