"""Machine clients and enterprise users: secrets shown once, links that work once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.service.clients import authenticate_client, create_client, disable_client, renew_secret
from app.accounts.service.invitations import accept_invitation, find_invitation, invite
from app.enterprises.models import Enterprise
from app.kit.actor import SYSTEM
from app.kit.errors import Conflict, Invalid, NotFound

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)


def test_a_client_is_known_by_its_secret_until_disabled(session: Session) -> None:
    client, secret = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix="", now=NOW
    )
    assert authenticate_client(session, client_id=client.client_id, secret=secret) is client
    assert authenticate_client(session, client_id=client.client_id, secret="wrong") is None
    renewed = renew_secret(session, actor=SYSTEM, client_id=client.client_id, now=NOW)
    assert authenticate_client(session, client_id=client.client_id, secret=secret) is None
    disable_client(session, actor=SYSTEM, client_id=client.client_id, now=NOW)
    assert authenticate_client(session, client_id=client.client_id, secret=renewed) is None


@pytest.mark.parametrize("scopes", ["", "everything", "export:read everything"])
def test_an_unknown_scope_is_refused_by_name(session: Session, scopes: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_client(session, actor=SYSTEM, name="x", scopes=scopes, region_prefix="", now=NOW)
    if scopes:
        assert "everything" in refusal.value.message


@pytest.fixture
def firm(session: Session) -> Enterprise:
    row = Enterprise(
        uscc="91429099MA4TE5T05X",
        name="楚泽牛磺酸（示例）",
        name_pinyin="chu ze",
        name_initials="cznhs",
        region_code="429005007",
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def accept(session: Session, secret: str, login: str = "chuze", now: datetime = NOW) -> int:
    user = accept_invitation(
        session, secret=secret, login=login, name="周（示例）", password="a long password", now=now, cheap=True
    )
    return user.enterprise_id


def test_an_invitation_works_once(session: Session, firm: Enterprise) -> None:
    secret = invite(session, actor=SYSTEM, enterprise=firm, name="周（示例）", now=NOW)
    session.flush()
    assert accept(session, secret) == firm.id
    with pytest.raises(NotFound):
        accept(session, secret, login="chuze2")


def test_an_invitation_dies_after_a_week(session: Session, firm: Enterprise) -> None:
    secret = invite(session, actor=SYSTEM, enterprise=firm, name="", now=NOW)
    session.flush()
    assert find_invitation(session, secret=secret, now=NOW + timedelta(days=6, hours=23)) is not None
    assert find_invitation(session, secret=secret, now=NOW + timedelta(days=7)) is None


def test_a_taken_login_is_refused(session: Session, firm: Enterprise) -> None:
    for _ in range(2):
        secret = invite(session, actor=SYSTEM, enterprise=firm, name="", now=NOW)
        session.flush()
    accept(session, invite(session, actor=SYSTEM, enterprise=firm, name="", now=NOW))
    with pytest.raises(Conflict):
        accept(session, secret)
