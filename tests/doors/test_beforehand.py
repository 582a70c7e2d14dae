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

from app.accounts import passwords
from app.accounts.models import EnterpriseUser, Officer
from app.accounts.passwords import Passwords, password_matches
from app.accounts.service.invitations import invite
from app.accounts.service.signing_in import sign_in
from app.config import Settings
from app.doors.requests.admission import Lane
from app.files.models import Document, StoredFile
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import Database, session_scope
from app.kit.errors import Invalid
from tests.factories.cases import firm
from tests.files.conftest import pdf
from tests.support import people
from tests.support.client import Client

SignIn = Callable[..., Client]
NEW = "quite another password"
TRIED, MADE = "password_matches", "hash_password"


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


@pytest.fixture
def hashing(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each trying and each hashing of a password from now on, which are slow moments."""
    done: list[str] = []

    def slow(name: str) -> Callable[..., Any]:
        work = getattr(passwords, name)

        def watched(*given: Any, **options: Any) -> Any:
            watch()
            done.append(name)
            return work(*given, **options)

        return watched

    for name in (TRIED, MADE):
        monkeypatch.setattr(passwords, name, slow(name))
    return done


@pytest.mark.parametrize("right", [True, False])
def test_nobody_waits_for_a_password_to_be_tried(
    client: Client, session: Session, hashing: list[str], *, right: bool
) -> None:
    login = session.get_one(Officer, people.officer(session).id).login
    answer = client.submit("/sign-in", {"login": login, "password": people.PASSWORD if right else "wrong"})
    assert answer.status_code == (303 if right else 422)
    assert hashing == [TRIED], "it is tried once"


@pytest.mark.parametrize(("old", "done"), [(people.PASSWORD, [TRIED, MADE]), ("wrong", [TRIED])])
def test_nobody_waits_for_an_own_password_to_be_changed(
    sign_in: SignIn, session: Session, hashing: list[str], old: str, done: list[str]
) -> None:
    client = sign_in()
    answer = client.submit("/password", {"old": old, "new": NEW, "repeat": NEW})
    assert answer.status_code == (303 if old == people.PASSWORD else 422)
    assert hashing == done
    kept = session.scalars(select(Officer.password_hash)).one()
    assert password_matches(NEW if MADE in done else people.PASSWORD, kept)


def test_nobody_waits_for_an_invited_person(client: Client, session: Session, hashing: list[str]) -> None:
    secret = invite(session, actor=SYSTEM, enterprise=firm(session), name="王敏（示例）", now=utc_now())
    chosen = {"login": "wangmin", "name": "王敏（示例）", "password": NEW, "repeat": NEW}
    assert client.submit(f"/portal/invitations/{secret}", chosen).status_code == 303
    assert hashing == [MADE]
    assert password_matches(NEW, session.scalars(select(EnterpriseUser.password_hash)).one())
    assert client.post_form(f"/portal/invitations/{secret}", chosen).status_code == 404
    assert hashing.count(MADE) == 1, "a dead link opens no account: nothing is hashed"


def test_nobody_waits_for_an_administrator(sign_in: SignIn, session: Session, hashing: list[str]) -> None:
    client, other = sign_in(role="administrator"), people.officer(session)
    new = {"login": "li.new", "name": "李新（示例）", "role": "caseworker", "password": NEW}
    assert client.submit("/system/users/new", new).status_code == 303
    assert client.post_form(f"/system/users/{other.id}/password", {"password": NEW}).status_code == 303
    assert hashing == [MADE, MADE]
    assert client.post_form(f"/system/users/{other.id}/password", {"password": "short"}).status_code == 303
    assert hashing == [MADE, MADE], "one that cannot be taken is not hashed"


def test_what_was_tried_with_another_hash_does_not_count(
    session: Session, now: datetime, actor: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    actor()
    officer = session.scalars(select(Officer)).one()

    def signed_in(kept: str | None) -> bool:
        known = Passwords(cheap=True, tried={("wrong", kept): True})
        found = sign_in(session, kind="officer", login=officer.login, password="wrong", now=now, passwords=known)
        return not isinstance(found, str)

    assert [signed_in(kept) for kept in ("an older hash", None, officer.password_hash)] == [False, False, True]
