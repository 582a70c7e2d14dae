"""Registers on file: the same as read anew, and not taken where they may be of another state."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit import db
from app.kit.clock import today
from app.kit.db import Database
from app.policies.whatif.register import Register, RegisterCache, load
from app.policies.whatif.shelf import IN_USE, RegisterShelf, prepare_registers
from tests.factories.enterprises import NOW, firm
from tests.policies.local import DAY, local_text, publish
from tests.policies.test_whatif import figures, state, touch

REGION = "429005"


@pytest.fixture
def firms(session: Session) -> list[Enterprise]:
    """Two firms with figures, of one of which a share is stated that float64 does not hold, and of the other its bounds."""
    found = [firm(session, name) for name in ("甲", "乙")]
    for each in found:
        figures(session, each, 300, 10)
    state(session, found[0], "0.65")
    state(session, found[1], {"low": "0.5", "high": "0.7"})
    db.commit(session)
    return found


@pytest.fixture
def shelf(tmp_path: Path) -> RegisterShelf:
    return RegisterShelf.within(tmp_path)


def same(found: Register | None, other: Register) -> bool:
    assert found is not None
    told = [[register.columns.row(place).known for place in range(register.size)] for register in (found, other)]
    heads = [(one.region, one.on, one.position, one.ids.tolist(), one.checks) for one in (found, other)]
    return told[0] == told[1] and heads[0] == heads[1]


def test_a_register_comes_back_as_it_was_read(session: Session, firms: list[Enterprise], shelf: RegisterShelf) -> None:
    read = load(session, REGION, DAY)
    assert any(column.exact for column in read.columns.known.values())
    assert any(column.rows.size for column in read.columns.known.values())
    assert shelf.find(session, REGION, DAY) is None
    shelf.put(session, read)
    assert same(shelf.find(session, REGION, DAY), read)
    assert shelf.find(session, REGION, DAY + timedelta(days=1)) is None
    assert shelf.find(session, "42900", DAY) is None


def test_after_a_restart_it_is_brought_up_to_date(
    session: Session, firms: list[Enterprise], shelf: RegisterShelf
) -> None:
    RegisterCache().get(session, REGION, DAY, shelf)
    firms[0].registered_on = date(2001, 2, 3)
    touch(session, firms[0])
    firm(session, "丙")
    db.commit(session)
    assert same(RegisterCache().get(session, REGION, DAY, shelf), load(session, REGION, DAY))
    assert same(shelf.find(session, REGION, DAY), load(session, REGION, DAY))


def test_a_register_of_another_journal_is_not_taken(
    session: Session, firms: list[Enterprise], shelf: RegisterShelf
) -> None:
    read = load(session, REGION, DAY)
    shelf.put(session, replace(read, position=read.position + 1))
    touch(session, firms[0])
    db.commit(session)
    assert shelf.find(session, REGION, DAY) is None


def test_what_is_published_since_makes_it_another(
    session: Session, firms: list[Enterprise], shelf: RegisterShelf
) -> None:
    shelf.put(session, load(session, REGION, DAY))
    publish(session, local_text())
    db.commit(session)
    assert shelf.find(session, REGION, DAY) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x80\x04cos\nsystem\n."])
def test_a_file_that_cannot_be_read_is_as_none(
    session: Session, firms: list[Enterprise], shelf: RegisterShelf, content: bytes
) -> None:
    shelf.put(session, load(session, REGION, DAY))
    (path,) = shelf.folder.iterdir()
    path.write_bytes(content)
    assert shelf.find(session, REGION, DAY) is None
    np.savez(path, told=np.array([{"an": "object"}], object))
    assert shelf.find(session, REGION, DAY) is None


def test_where_nothing_can_be_written_nothing_is_lost(
    session: Session, firms: list[Enterprise], tmp_path: Path
) -> None:
    (tmp_path / ".registers").write_bytes(b"in the way")
    register = RegisterCache().get(session, REGION, DAY, RegisterShelf.within(tmp_path))
    assert same(register, load(session, REGION, DAY))


def test_in_the_morning_those_in_use_are_made_ready(
    database: Database, session: Session, firms: list[Enterprise], shelf: RegisterShelf
) -> None:
    prepare_registers(shelf, database, NOW)
    assert not shelf.folder.exists()
    on, used = today(NOW), (NOW - timedelta(days=1)).timestamp()
    shelf.put(session, load(session, REGION, on - timedelta(days=1)), used)
    prepare_registers(shelf, database, NOW)
    (path,) = shelf.folder.glob("r*")
    assert path.stat().st_mtime == used, "made ready is not used"
    prepare_registers(shelf, database, NOW)
    assert same(shelf.find(session, REGION, on), load(session, REGION, on))
    (path,) = shelf.folder.glob("r*")
    (beside := shelf.folder / "firm-keys-of-others").touch()
    os.utime(beside, (0, 0))
    os.utime(path, (used, (NOW - IN_USE).timestamp()))
    prepare_registers(shelf, database, NOW)
    assert beside.exists()
    assert not list(shelf.folder.glob("r*"))


def test_who_waits_for_another_process_takes_what_that_has_read(
    session: Session, firms: list[Enterprise], shelf: RegisterShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, held = load(session, REGION, DAY), RegisterShelf.held

    @contextmanager
    def after_another(self: RegisterShelf, region: str) -> Iterator[None]:
        with held(self, region):
            self.put(session, read)
            yield

    monkeypatch.setattr(RegisterShelf, "held", after_another)
    monkeypatch.setattr("app.policies.whatif.register.load", None)
    assert same(RegisterCache().get(session, REGION, DAY, shelf), read)
