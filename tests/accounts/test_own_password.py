"""A person's own password: of the own account and no other's, tries counted, other sessions ended, never the demo's in production."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import DEMO_PASSWORD
from app.accounts.models import EnterpriseUser, Officer, SignInSession
from app.accounts.passwords import Passwords, hash_password, password_matches
from app.accounts.queries import find_signed_in
from app.accounts.service.invitations import accept_invitation, invite
from app.accounts.service.officers import OfficerData, create_officer, reset_password
from app.accounts.service.own_password import change_own_password
from app.accounts.service.signing_in import sign_in
from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Role
from app.kit.db import commit
from app.kit.errors import Forbidden, Invalid, Unauthenticated
from tests.conftest import NOW
from tests.support import people

NEW = "quite another password"
CHEAP = Passwords(cheap=True)


@pytest.fixture
def firm(session: Session) -> Enterprise:
    row = Enterprise(
        uscc="914290990000000001",
        name="同号（示例）",
        name_pinyin="tonghao",
        name_initials="th",
        region_code="429005001",
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def twins(session: Session, firm: Enterprise) -> tuple[Actor, Actor]:
    """An officer and a firm's person whose accounts have the same number."""
    officer = people.officer(session)
    person = people.enterprise_user(session, enterprise_id=firm.id)
    while officer.id != person.id:
        if (officer.id or 0) < (person.id or 0):
            officer = people.officer(session)
        else:
            person = people.enterprise_user(session, enterprise_id=firm.id)
    return officer, person


def change(session: Session, actor: Actor, *, old: str = people.PASSWORD, new: str = NEW, secret: str = "") -> object:
    return change_own_password(session, actor=actor, old=old, new=new, secret=secret, now=NOW, passwords=CHEAP)


@pytest.mark.parametrize("changer", [0, 1])
def test_everybody_changes_the_own_account(session: Session, twins: tuple[Actor, Actor], changer: int) -> None:
    assert not isinstance(change(session, twins[changer]), str)
    officer = session.get_one(Officer, twins[0].id)
    person = session.get_one(EnterpriseUser, twins[1].id)
    changed, other = (officer, person) if changer == 0 else (person, officer)
    assert password_matches(NEW, changed.password_hash)
    assert password_matches(people.PASSWORD, other.password_hash)


@pytest.mark.parametrize("changer", [0, 1])
def test_other_sessions_of_the_account_end(session: Session, twins: tuple[Actor, Actor], changer: int) -> None:
    own, elsewhere = people.open_session(session, twins[changer]), people.open_session(session, twins[changer])
    twin = people.open_session(session, twins[1 - changer])
    change(session, twins[changer], secret=own)
    alive = [
        find_signed_in(session, secret, now=NOW, idle=timedelta(days=36_500)) is not None
        for secret in (own, elsewhere, twin)
    ]
    assert alive == [True, False, True]


def test_who_has_no_password_changes_none(session: Session) -> None:
    with pytest.raises(Unauthenticated):
        change(session, ANONYMOUS)
    client = Actor(kind=ActorKind.CLIENT, id=1, name="省平台")
    with pytest.raises(Forbidden):
        change(session, client)


@pytest.mark.parametrize("changer", [0, 1])
def test_five_wrong_old_passwords_lock_as_at_signing_in(
    session: Session, twins: tuple[Actor, Actor], changer: int
) -> None:
    actor = twins[changer]
    for _ in range(5):
        assert change(session, actor, old="wrong password") == "原密码不正确。"
    refused = change(session, actor)
    assert isinstance(refused, str)
    assert "锁定" in refused
    model = Officer if changer == 0 else EnterpriseUser
    row = session.get_one(model, actor.id)
    assert password_matches(people.PASSWORD, row.password_hash)
    kind = "officer" if changer == 0 else "enterprise"
    entered = sign_in(session, kind=kind, login=row.login, password=people.PASSWORD, now=NOW)
    assert entered == refused


def test_a_new_password_is_another_one(session: Session, twins: tuple[Actor, Actor]) -> None:
    with pytest.raises(Invalid, match="不能与原密码相同") as caught:
        change(session, twins[0], new=people.PASSWORD)
    assert set(caught.value.fields) == {"new"}
    with pytest.raises(Invalid, match="个字符") as caught:
        change(session, twins[0], new="short")
    assert set(caught.value.fields) == {"new"}


def test_changes_and_refusals_are_journalled(session: Session, firm: Enterprise, twins: tuple[Actor, Actor]) -> None:
    for actor in twins:
        change(session, actor, old="wrong password")
        change(session, actor)
    commit(session)
    events = session.scalars(select(JournalEvent).order_by(JournalEvent.position.desc()).limit(4)).all()[::-1]
    assert [event.type for event in events] == ["password.refused", "password.changed"] * 2
    assert [event.subject_kind for event in events] == ["officer"] * 2 + ["enterprise_user"] * 2
    assert [event.actor_kind for event in events] == ["officer"] * 2 + ["enterprise"] * 2
    assert events[3].enterprise_id == firm.id


def test_a_reset_ends_all_sessions_and_is_for_others(session: Session) -> None:
    administrator, officer = people.officer(session, role="administrator"), people.officer(session)
    people.open_session(session, officer)
    given = {"actor": administrator, "password": NEW, "now": NOW, "passwords": CHEAP}
    reset_password(session, officer_id=officer.id or 0, **given)
    assert not session.scalars(select(SignInSession).where(SignInSession.account_id == officer.id)).all()
    with pytest.raises(Invalid, match="原密码"):
        reset_password(session, officer_id=administrator.id or 0, **given)


# -- the password of the demo -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["officer", "enterprise"])
def test_the_demo_password_lets_nobody_in_where_it_is_refused(
    session: Session, twins: tuple[Actor, Actor], kind: str
) -> None:
    row = session.get_one(Officer, twins[0].id) if kind == "officer" else session.get_one(EnterpriseUser, twins[1].id)
    row.password_hash = hash_password(DEMO_PASSWORD, cheap=True)
    given = {"kind": kind, "login": row.login, "password": DEMO_PASSWORD, "now": NOW}
    refused = sign_in(session, **given)
    assert isinstance(refused, str)
    assert "示例数据的公开密码" in refused
    assert not row.failed_tries, "its owner is not locked out of anything"
    assert isinstance(sign_in(session, **given, passwords=Passwords(demo=True)), tuple)


def test_nobody_takes_the_demo_password_where_it_is_refused(
    session: Session, firm: Enterprise, twins: tuple[Actor, Actor]
) -> None:
    data = OfficerData(name="王（示例）", role=Role.CASEWORKER)
    officer, person = twins
    secret = invite(session, actor=SYSTEM, enterprise=firm, name="周（示例）", now=NOW)
    session.flush()
    demo = {"password": DEMO_PASSWORD, "now": NOW}
    tries = (
        lambda: create_officer(session, actor=SYSTEM, login="newcomer", data=data, **demo),
        lambda: reset_password(session, actor=SYSTEM, officer_id=officer.id or 0, **demo),
        lambda: accept_invitation(session, secret=secret, login="zhou", name="周（示例）", **demo),
        lambda: change(session, officer, new=DEMO_PASSWORD),
        lambda: change(session, person, new=DEMO_PASSWORD),
    )
    for attempt in tries:
        with pytest.raises(Invalid, match="公开密码"):
            attempt()
