"""Signing in: alike answers, lockout, idle sessions, disabled accounts."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.accounts.passwords import Passwords
from app.accounts.queries import find_signed_in
from app.accounts.service.officers import OfficerData, create_officer, set_disabled
from app.accounts.service.signing_in import sign_in, sign_out
from app.kit.actor import SYSTEM, Role

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
IDLE = timedelta(hours=2)


def officer(session: Session, login: str = "wangw") -> Officer:
    data = OfficerData(name="王（示例）", role=Role.CASEWORKER, region_prefix="429005")
    return create_officer(
        session, actor=SYSTEM, login=login, password=PASSWORD, data=data, now=NOW, passwords=Passwords(cheap=True)
    )


def enter(session: Session, password: str = PASSWORD, login: str = "wangw", now: datetime = NOW) -> object:
    return sign_in(session, kind="officer", login=login, password=password, now=now)


def test_the_right_password_opens_a_session(session: Session) -> None:
    officer(session)
    result = enter(session, login=" WangW ")
    assert isinstance(result, tuple)
    session.flush()
    found = find_signed_in(session, result[0], now=NOW, idle=IDLE)
    assert found is not None
    assert found.actor.name == "王（示例）"
    assert find_signed_in(session, result[0], now=NOW + IDLE + timedelta(seconds=1), idle=IDLE) is None
    sign_out(session, actor=found.actor, secret=result[0], now=NOW)
    assert find_signed_in(session, result[0], now=NOW, idle=IDLE) is None


def test_a_wrong_login_and_a_wrong_password_answer_alike(session: Session) -> None:
    officer(session)
    assert enter(session, password="wrong") == enter(session, login="nobody")


def test_five_failures_lock_and_time_unlocks(session: Session) -> None:
    officer(session)
    for _ in range(5):
        enter(session, password="wrong")
    locked = enter(session)
    assert isinstance(locked, str)
    assert "锁定" in locked
    assert isinstance(enter(session, now=NOW + timedelta(minutes=16)), tuple)


def test_a_disabled_officer_is_out_at_once(session: Session) -> None:
    row = officer(session)
    result = enter(session)
    assert isinstance(result, tuple)
    session.flush()
    set_disabled(session, actor=SYSTEM, officer_id=row.id, disabled=True, now=NOW)
    assert find_signed_in(session, result[0], now=NOW, idle=IDLE) is None
    assert isinstance(enter(session), str)


def test_the_password_is_kept_as_argon2_only(session: Session) -> None:
    officer(session)
    kept = session.scalars(select(Officer.password_hash)).one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
