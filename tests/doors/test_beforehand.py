"""While a file is looked through or a password is hashed nobody else waits: no transaction writes, no place is held."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.accounts.service import signing_in
from app.accounts.service.signing_in import Proof, sign_in
from app.config import Settings
from app.doors.requests.admission import Lane
from app.files.models import Document, StoredFile
from app.kit import db
from app.kit.db import Database, session_scope
from app.kit.errors import Invalid
from tests.factories.cases import firm
from tests.files.conftest import pdf
from tests.support.client import Client

SignIn = Callable[..., Client]
PASSWORD = "correct horse battery"


class Watch:
    """Notes, at each slow moment, that a colleague can write at once and that no place is taken."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.inside: list[Lane] = []
        self.moments = 0

    def __call__(self) -> None:
        """A slow moment."""
        self.moments += 1
        assert [lane.places for lane in self.inside] in ([2], [4]), "only the lane of what comes beforehand"
        with session_scope(self.database) as session:
            session.execute(text("update journal_head set hash = hash"))


@pytest.fixture
def watch(app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    found = Watch(database)
    place = Lane.place

    @asynccontextmanager
    async def watched(self: Lane) -> AsyncIterator[None]:
        async with place(self):
            found.inside.append(self)
            try:
                yield
            finally:
                found.inside.remove(self)

    monkeypatch.setattr(Lane, "place", watched)
    monkeypatch.setattr(db, "WRITER_PATIENCE", 0.2)
    yield found
    assert found.moments


def send(client: Client, uscc: str, *names: str) -> Any:
    files = [("files", (name, pdf(name), "application/pdf")) for name in names]
    return client.submit(f"/enterprises/{uscc}/documents/new", {"kind": "annual-audit", "year": "2020"}, files=files)


def scanning(settings: Settings, scan: Callable[[Path], None]) -> None:
    """From now on `scan` looks through what is sent."""
    settings.__dict__["vault"] = replace(settings.vault, scan=scan)


def test_nobody_waits_for_a_scanner(sign_in: SignIn, session: Session, watch: Watch, settings: Settings) -> None:
    where, client = firm(session).uscc, sign_in()
    scanning(settings, lambda _path: watch())
    assert send(client, where, "甲.pdf", "乙.pdf").status_code == 303
    assert watch.moments == 2, "each is looked through once"
    assert len(session.scalars(select(Document)).all()) == 2


def test_what_the_scanner_refuses_is_refused_as_ever(
    sign_in: SignIn, session: Session, watch: Watch, settings: Settings
) -> None:
    def scan(path: Path) -> None:
        watch()
        if "坏" in path.read_bytes().decode(errors="replace"):
            raise Invalid("files.infected", "文件含有恶意程序（甲），已拒绝，没有保存。")

    where, client = firm(session).uscc, sign_in()
    scanning(settings, scan)
    answer = send(client, where, "好.pdf", "坏.pdf")
    assert answer.status_code == 422
    assert "文件含有恶意程序（甲）" in answer.text
    assert [row.name for row in session.scalars(select(StoredFile))] == ["好.pdf"]
    assert not list(settings.data_dir.glob("scan-*"))


def test_of_a_stranger_nothing_is_looked_through(client: Client, session: Session, settings: Settings) -> None:
    def scan(_path: Path) -> None:
        raise AssertionError("looked through")

    where = firm(session).uscc
    scanning(settings, scan)
    files = [("files", ("甲.pdf", pdf("a"), "application/pdf"))]
    answer = client.post(f"/enterprises/{where}/documents/new", data={"kind": "annual-audit"}, files=files)
    assert answer.status_code in (303, 403)


@pytest.mark.parametrize("right", [True, False])
def test_nobody_waits_for_a_password_to_be_hashed(
    client: Client,
    session: Session,
    actor: Callable[..., Any],
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    *,
    right: bool,
) -> None:
    actor()
    officer = session.scalars(select(Officer)).first()
    assert officer is not None

    def matches(password: str, kept: str | None) -> bool:
        watch()
        return password == PASSWORD and kept == officer_hash

    officer_hash, login = officer.password_hash, officer.login
    monkeypatch.setattr(signing_in, "password_matches", matches)
    answer = client.submit("/sign-in", {"login": login, "password": PASSWORD if right else "wrong"})
    assert answer.status_code == (303 if right else 422)
    assert watch.moments == 1, "it is tried once"


def test_a_proof_of_another_hash_is_none(session: Session, now: datetime, actor: Callable[..., Any]) -> None:
    actor()
    officer = session.scalars(select(Officer)).first()
    assert officer is not None
    given: Any = {"kind": "officer", "login": officer.login, "password": "wrong", "now": now}
    assert isinstance(sign_in(session, **given, proof=Proof("an older hash", fits=True)), str)
    assert isinstance(sign_in(session, **given, proof=Proof(None, fits=True)), str)
    assert isinstance(sign_in(session, **given, proof=Proof(officer.password_hash, fits=True)), tuple)
