"""The firm's own people: invited with a role, changed, closed, handed over; a dead link says so and whom to ask."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Invitation
from app.doors.requests.deps import SESSION_COOKIE
from app.enterprises.models import Enterprise
from app.kit.clock import utc_now
from tests.factories.cases import firm
from tests.support import people
from tests.support.client import Client

PEOPLE = "/portal/people"
CHOICE = {"name": "赵静（示例）", "login": "zhaojing", "password": "a long password", "repeat": "a long password"}
Enter = Callable[[str], Client]


@pytest.fixture
def own(session: Session) -> Enterprise:
    return firm(session)


@pytest.fixture
def enter(new_client: Callable[[], Client], session: Session, own: Enterprise) -> Enter:
    """`enter("reader")`: a browser in which such a person of the firm is signed in."""

    def make(role: str) -> Client:
        client, who = new_client(), people.enterprise_user(session, enterprise_id=own.id, role=role)
        client.cookies.set(SESSION_COOKIE, people.open_session(session, who))
        return client

    return make


def _link(manager: Client, role: str = "reader") -> str:
    made = manager.submit(PEOPLE, {"name": "赵静（示例）", "role": role})
    assert made.status_code == 200
    return "/portal/invitations/" + made.text.split("/portal/invitations/")[1].split("<")[0]


def test_a_manager_invites_with_a_role_that_the_account_then_has(
    enter: Enter, new_client: Callable[[], Client], session: Session
) -> None:
    manager, invited = enter("manager"), new_client()
    link = _link(manager)
    assert link not in manager.get(PEOPLE).text
    assert invited.submit(link, CHOICE).status_code == 303
    assert session.scalars(select(EnterpriseUser).where(EnterpriseUser.login == "zhaojing")).one().role == "reader"
    assert "查看人" in invited.get(PEOPLE).text


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_others_see_who_there_is_and_manage_nothing(enter: Enter, role: str) -> None:
    enter("manager")
    client = enter(role)
    text = client.get(PEOPLE).text
    assert "企业管理员" in text and "生成邀请链接" not in text and "停用" not in text.partition("<ul class")[2]
    for path in (PEOPLE, f"{PEOPLE}/hand-over", f"{PEOPLE}/1/role", f"{PEOPLE}/1/disable"):
        assert client.post_form(path, {"role": "manager", "name": "x"}).status_code == 403


def test_roles_change_and_the_last_manager_stays(enter: Enter, session: Session, own: Enterprise) -> None:
    manager = enter("manager")
    boss = session.scalars(select(EnterpriseUser)).one()
    other = people.enterprise_user(session, enterprise_id=own.id, role="editor")
    assert manager.submit(PEOPLE, {"role": "reader"}, to=f"{PEOPLE}/{other.id}/role").status_code == 303
    assert session.get_one(EnterpriseUser, other.id).role == "reader"
    manager.post_form(f"{PEOPLE}/{boss.id}/role", {"role": "reader"})
    assert "至少要有一名管理员" in manager.get(PEOPLE).text
    manager.post_form(f"{PEOPLE}/{boss.id}/disable")
    assert "至少要有一名管理员" in manager.get(PEOPLE).text
    session.expire_all()
    assert session.get_one(EnterpriseUser, boss.id).role == "manager"
    assert session.get_one(EnterpriseUser, boss.id).disabled_on is None


def test_the_management_is_handed_over(enter: Enter, session: Session, own: Enterprise) -> None:
    manager = enter("manager")
    other = people.enterprise_user(session, enterprise_id=own.id, role="editor")
    answer = manager.submit(PEOPLE, {"user_id": str(other.id)}, to=f"{PEOPLE}/hand-over")
    assert answer.status_code == 303
    roles = {row.id: row.role for row in session.scalars(select(EnterpriseUser))}
    assert roles.pop(other.id) == "manager" and list(roles.values()) == ["editor"]
    assert manager.post_form(PEOPLE, {"name": "x", "role": "reader"}).status_code == 403


def test_a_closed_account_is_out_at_once_and_another_firms_people_do_not_exist(enter: Enter, session: Session) -> None:
    manager, editor = enter("manager"), enter("editor")
    row = session.scalars(select(EnterpriseUser).where(EnterpriseUser.role == "editor")).one()
    assert manager.submit(PEOPLE, to=f"{PEOPLE}/{row.id}/disable").status_code == 303
    assert editor.get("/portal").status_code == 303
    stranger = people.enterprise_user(session, enterprise_id=firm(session).id)
    manager.post_form(f"{PEOPLE}/{stranger.id}/disable")
    assert "没有这个用户" in manager.get(PEOPLE).text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"expires_at": utc_now() - timedelta(seconds=1)}, "已过期"),
        ({"withdrawn_at": utc_now()}, "已被撤回"),
        ({"used_at": utc_now()}, "已经用过"),
    ],
)
def test_a_dead_link_says_why_and_whom_to_ask(
    enter: Enter, new_client: Callable[[], Client], session: Session, change: dict[str, object], says: str
) -> None:
    link = _link(enter("manager"))
    session.query(Invitation).update(change)
    for answer in (new_client().get(link), new_client().post_form(link, CHOICE)):
        assert answer.status_code == 404
        assert says in answer.text and "本企业管理员 王敏" in answer.text
    assert session.query(EnterpriseUser).count() == 1


def test_the_bureau_sees_and_sets_roles(
    sign_in: Callable[..., Client], session: Session, own: Enterprise, enter: Enter
) -> None:
    enter("manager")
    editor = people.enterprise_user(session, enterprise_id=own.id, role="editor")
    address, officer = f"/enterprises/{own.uscc}/portal-users", sign_in()
    assert "企业管理员" in officer.get(address).text
    assert officer.submit(address, {"role": "reader"}, to=f"{address}/{editor.id}/role").status_code == 303
    assert session.get_one(EnterpriseUser, editor.id).role == "reader"
    assert officer.post_form(f"{address}/{editor.id}/role", {"role": "boss"}).status_code == 422
