"""Machine clients and enterprise users: secrets shown once, links that work once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import lies_within
from app.accounts.models import MachineClient
from app.accounts.passwords import Passwords
from app.accounts.service.clients import (
    ClientLimits,
    authenticate_client,
    create_client,
    disable_client,
    limit_client,
    make_signature_key,
    renew_secret,
    signature_key,
)
from app.accounts.service.invitations import accept_invitation, find_invitation, invite
from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.kit.db import commit
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.sealed import CannotOpenError

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)


def a_client(session: Session) -> tuple[MachineClient, str]:
    return create_client(session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix="", now=NOW)


def knows(session: Session, client: MachineClient, secret: str, at: datetime = NOW) -> bool:
    return authenticate_client(session, client_id=client.client_id, secret=secret, now=at) is client


def test_a_client_is_known_by_its_secret_until_disabled(session: Session) -> None:
    client, secret = a_client(session)
    assert knows(session, client, secret)
    assert not knows(session, client, "wrong") and not knows(session, client, "")
    disable_client(session, actor=SYSTEM, client_id=client.client_id, now=NOW)
    assert not knows(session, client, secret)
    with pytest.raises(Conflict):
        renew_secret(session, actor=SYSTEM, client_id=client.client_id, now=NOW)


def test_a_renewed_secret_and_the_former_one_are_both_good_for_a_while(session: Session) -> None:
    client, first = a_client(session)
    second = renew_secret(session, actor=SYSTEM, client_id=client.client_id, now=NOW)
    last_moment = NOW + timedelta(days=7) - timedelta(seconds=1)
    for at, former_good in ((NOW, True), (last_moment, True), (NOW + timedelta(days=7), False)):
        assert (knows(session, client, first, at), knows(session, client, second, at)) == (former_good, True)
    third = renew_secret(session, actor=SYSTEM, client_id=client.client_id, now=NOW)
    assert [knows(session, client, secret) for secret in (first, second, third)] == [False, True, True]


def test_without_an_overlap_the_former_secret_stops_at_once(session: Session) -> None:
    client, first = a_client(session)
    second = renew_secret(session, actor=SYSTEM, client_id=client.client_id, now=NOW, overlap_days=0)
    assert (knows(session, client, first), knows(session, client, second)) == (False, True)
    for days in (-1, 91):
        with pytest.raises(Invalid):
            renew_secret(session, actor=SYSTEM, client_id=client.client_id, now=NOW, overlap_days=days)


def test_limits_are_kept_in_their_form_and_journalled(session: Session) -> None:
    client, _secret = a_client(session)
    limits = ClientLimits("203.0.113.9/24，2001:db8::1", rate_per_second=5, burst=20)
    for _twice in range(2):
        limit_client(session, actor=SYSTEM, client_id=client.client_id, limits=limits, now=NOW)
    assert client.allowed_addresses == "203.0.113.0/24 2001:db8::1/128"
    commit(session)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "client.limited")).one()
    assert event.changes["rate_per_second"] == [None, 5] and "signed_only" not in event.changes


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (ClientLimits("10.0.0.0/33"), "allowed_addresses"),
        (ClientLimits("省平台"), "allowed_addresses"),
        (ClientLimits(" ".join(f"10.0.{n}.0/24" for n in range(60))), "allowed_addresses"),
        (ClientLimits(rate_per_second=0), "rate_per_second"),
        (ClientLimits(burst=10_001), "burst"),
        (ClientLimits(signed_only=True), "signed_only"),
    ],
)
def test_a_wrong_limit_is_refused_beside_its_field(session: Session, limits: ClientLimits, field: str) -> None:
    client, _secret = a_client(session)
    with pytest.raises(Invalid) as refusal:
        limit_client(session, actor=SYSTEM, client_id=client.client_id, limits=limits, now=NOW)
    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize(
    ("networks", "address", "inside"),
    [
        ("", "testclient", True),
        ("10.1.0.0/16", "10.1.255.3", True),
        ("10.1.0.0/16", "10.2.0.1", False),
        ("10.1.0.0/16", "::ffff:10.1.0.1", True),
        ("10.1.0.0/16 2001:db8::/32", "2001:db8:7::1", True),
        ("10.1.0.0/16", "2001:db8::1", False),
        ("0.0.0.0/0", "not an address", False),
    ],
)
def test_who_lies_within_the_networks(networks: str, address: str, inside: bool) -> None:
    assert lies_within(networks, address) is inside


def test_a_signature_key_lies_sealed(session: Session) -> None:
    client, _secret = a_client(session)
    assert signature_key(client, b"sealing") is None
    key = make_signature_key(session, actor=SYSTEM, client_id=client.client_id, sealing=b"sealing", now=NOW)
    assert signature_key(client, b"sealing") == key.encode()
    assert key not in client.sealed_key
    with pytest.raises(CannotOpenError):
        signature_key(client, b"another secret")


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
        session,
        secret=secret,
        login=login,
        name="周（示例）",
        password="a long password",
        now=now,
        passwords=Passwords(cheap=True),
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
