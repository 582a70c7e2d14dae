"""The officers' page of a firm's accounts: invite, withdraw, close."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Invitation
from app.enterprises.models import Enterprise
from tests.factories.cases import firm
from tests.support import people
from tests.support.client import Client
from tests.support.forms import form_to

SignIn = Callable[..., Client]


@pytest.fixture
def own(session: Session) -> Enterprise:
    return firm(session)


def test_the_link_is_shown_once_and_works(sign_in: SignIn, new_client: Callable[[], Client], own: Enterprise) -> None:
    officer, address = sign_in(), f"/enterprises/{own.uscc}/portal-users"
    made = officer.submit(address, {"name": "周敏（示例）"})
    assert made.status_code == 200
    link = made.text.split("/portal/invitations/")[1].split("<")[0]
    assert link not in officer.get(address).text
    assert own.name in new_client().get(f"/portal/invitations/{link}").text


def test_a_withdrawn_link_is_dead(sign_in: SignIn, session: Session, own: Enterprise) -> None:
    officer, address = sign_in(), f"/enterprises/{own.uscc}/portal-users"
    link = officer.submit(address, {"name": "周敏（示例）"}).text.split("/portal/invitations/")[1].split("<")[0]
    row = session.scalars(select(Invitation)).one()
    answer = officer.submit(address, to=f"{address}/invitations/{row.id}/withdraw")
    assert answer.status_code == 303
    assert officer.get(f"/portal/invitations/{link}").status_code == 404
    assert officer.post_form(f"{address}/invitations/{row.id}/withdraw").status_code == 404


def test_a_closed_account_is_out_at_once(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session, own: Enterprise
) -> None:
    officer, address = sign_in(), f"/enterprises/{own.uscc}/portal-users"
    person, theirs = people.enterprise_user(session, enterprise_id=own.id), new_client()
    theirs.cookies.set("yumiao_session", people.open_session(session, person))
    assert theirs.get("/portal").status_code == 200
    assert officer.submit(address, to=f"{address}/{person.id}/disable").status_code == 303
    assert theirs.get("/portal").status_code == 303
    assert session.get_one(EnterpriseUser, person.id).disabled_on is not None


def test_leaders_and_other_regions_do_not_invite(sign_in: SignIn, own: Enterprise) -> None:
    address = f"/enterprises/{own.uscc}/portal-users"
    assert sign_in(role="leader").get(address).status_code == 403
    assert sign_in(region="421000").get(address).status_code == 404


def test_a_name_is_asked_for(sign_in: SignIn, own: Enterprise) -> None:
    officer, address = sign_in(), f"/enterprises/{own.uscc}/portal-users"
    assert form_to(officer.get(address).text, address).method.lower() == "post"
    assert officer.submit(address, {"name": ""}).status_code == 422
