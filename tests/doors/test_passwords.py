"""Changing the own password behind both doors, and what is done about the demo's password in production."""

from collections.abc import Callable

import pytest
import structlog
import typer
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from app.accounts.domain import DEMO_PASSWORD
from app.accounts.models import EnterpriseUser, Officer
from app.accounts.passwords import hash_password, password_matches
from app.commands.demo import register
from app.commands.server import warn_of_public_passwords
from app.config import Settings
from app.demo.accounts import OFFICERS, PORTAL_LOGIN, make_officers
from app.kit.clock import utc_now
from tests.factories.cases import firm
from tests.support import people
from tests.support.client import Client

NEW = "quite another password"
WRONG = {"old": "wrong password", "new": NEW, "repeat": NEW}
RIGHT = WRONG | {"old": people.PASSWORD}

Enter = Callable[[Client], Client]


@pytest.fixture(params=["/password", "/portal/password"])
def door(request: pytest.FixtureRequest, session: Session, sign_in: Callable[..., Client]) -> tuple[str, Enter]:
    """The page of a door, and how somebody comes in by it; the same person each time."""
    page: str = request.param
    if page == "/password":
        actor = people.officer(session)
    else:
        actor = people.enterprise_user(session, enterprise_id=firm(session).id)

    def enter(client: Client) -> Client:
        client.cookies.set("yumiao_session", people.open_session(session, actor))
        return client

    return page, enter


def test_a_password_is_changed_by_the_form_and_others_are_out(
    door: tuple[str, Enter], new_client: Callable[[], Client]
) -> None:
    page, enter = door
    here, elsewhere = enter(new_client()), enter(new_client())
    assert elsewhere.get(page).status_code == 200
    done = here.submit(page, RIGHT)
    assert done.status_code == 303
    assert here.get(page).status_code == 200
    assert "sign-in" in elsewhere.get(page).headers["location"]


def test_a_wrong_old_password_is_told_counted_and_locks(door: tuple[str, Enter], client: Client) -> None:
    page, enter = door
    enter(client)
    for _ in range(5):
        refused = client.submit(page, WRONG)
        assert refused.status_code == 422
        assert "原密码不正确。" in refused.text
        assert WRONG["old"] not in refused.text
    locked = client.submit(page, RIGHT)
    assert locked.status_code == 422
    assert "临时锁定" in locked.text


def test_the_old_one_again_and_one_mistyped_are_refused(door: tuple[str, Enter], client: Client) -> None:
    page, enter = door
    enter(client)
    same = client.submit(page, {"old": people.PASSWORD, "new": people.PASSWORD, "repeat": people.PASSWORD})
    assert "新密码不能与原密码相同。" in same.text
    assert "两次输入的新密码不一致。" in client.submit(page, RIGHT | {"repeat": "mistyped password"}).text


def test_a_firms_person_finds_the_page_and_an_officer_has_the_other_one(
    session: Session, new_client: Callable[[], Client], sign_in: Callable[..., Client]
) -> None:
    person = sign_in(enterprise_id=firm(session).id, client=new_client())
    assert person.get("/portal/people").text.count('href="/portal/password"') == 2, "in the menu and beside the name"
    assert person.get("/password").status_code == 403
    officer = sign_in(client=new_client())
    assert officer.get("/portal/password").status_code == 403
    assert 'href="/password"' in officer.get("/password").text


# -- the demo's password in production ------------------------------------------------------------------------------------------------


@pytest.fixture
def production(app: FastAPI, settings: Settings) -> Settings:
    found = settings.model_copy(update={"env": "production"})
    app.state.settings = found
    return found


@pytest.fixture
def demo_people(session: Session) -> list[str]:
    """The demo's officers and its firm's person; their logins."""
    make_officers(session, utc_now())
    person = people.enterprise_user(session, enterprise_id=firm(session).id)
    row = session.get_one(EnterpriseUser, person.id)
    row.login, row.password_hash = PORTAL_LOGIN, hash_password(DEMO_PASSWORD, cheap=True)
    session.flush()
    return [*(login for login, _data in OFFICERS), PORTAL_LOGIN]


def test_the_demos_accounts_come_in_by_no_door_of_production(
    production: Settings, demo_people: list[str], client: Client, app: FastAPI, settings: Settings
) -> None:
    for login in demo_people:
        door = "/portal/sign-in" if login == PORTAL_LOGIN else "/sign-in"
        refused = client.submit(door, {"login": login, "password": DEMO_PASSWORD})
        assert refused.status_code == 422
        assert "示例数据的公开密码" in refused.text
        assert DEMO_PASSWORD not in refused.text
        assert "yumiao_session" not in client.cookies
    app.state.settings = settings
    assert client.submit("/sign-in", {"login": "wang", "password": DEMO_PASSWORD}).status_code == 303


def test_no_form_of_production_takes_the_demos_password(
    production: Settings, session: Session, sign_in: Callable[..., Client], client: Client
) -> None:
    sign_in("administrator")
    given = {"login": "newcomer", "name": "周颖（示例）", "role": "caseworker", "password": DEMO_PASSWORD}
    assert "公开密码" in client.submit("/system/users/new", given).text
    other = people.officer(session)
    client.post_form(f"/system/users/{other.id}/password", {"password": DEMO_PASSWORD})
    own = client.submit("/password", {"old": people.PASSWORD, "new": DEMO_PASSWORD, "repeat": DEMO_PASSWORD})
    assert "公开密码" in own.text
    session.expire_all()
    kept = session.scalars(select(Officer.password_hash)).all()
    assert len(kept) == 2
    assert all(password_matches(people.PASSWORD, each) for each in kept)


def test_the_start_says_which_demo_accounts_came_along(session: Session, demo_people: list[str]) -> None:
    session.scalars(select(Officer).where(Officer.login == "li")).one().disabled_on = utc_now().date()
    session.scalars(select(Officer).where(Officer.login == "zhou")).one().password_hash = people.password_hash()
    session.flush()
    with structlog.testing.capture_logs() as lines:
        warn_of_public_passwords(session)
    assert [line["log_level"] for line in lines] == ["warning"]
    assert set(lines[0]["logins"]) == set(demo_people) - {"li", "zhou"}
    assert DEMO_PASSWORD not in str(lines)


def test_without_demo_accounts_the_start_says_nothing(session: Session) -> None:
    people.officer(session)
    with structlog.testing.capture_logs() as lines:
        warn_of_public_passwords(session)
    assert not lines


def test_production_gets_no_demo(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for name, value in {
        "YUMIAO_ENV": "production",
        "YUMIAO_SECRET_KEY": "s" * 40,
        "YUMIAO_DATABASE_URL": settings.database_url,
        "YUMIAO_DATA_DIR": str(settings.data_dir),
    }.items():
        monkeypatch.setenv(name, value)
    alone = typer.Typer()
    register(alone)
    refused = CliRunner().invoke(alone, ["--enterprises", "1"])
    assert refused.exit_code == 1
    assert "YUMIAO_ENV=development" in refused.output
