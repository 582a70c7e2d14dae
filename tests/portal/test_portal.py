"""The enterprise's own journey: invited, comes in, sees strictly its own, in plain words."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Invitation
from app.accounts.service.invitations import invite
from app.cases.duties.models import CaseDuty
from app.cases.models import Milestone
from app.doors.requests.deps import SESSION_COOKIE
from app.enterprises.models import Certificate, Enterprise
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from tests.factories.cases import firm, led_to, opened
from tests.factories.commissioners import agreement, expert
from tests.factories.incentives import certificate
from tests.support import people
from tests.support.client import Client

MakeActor = Callable[..., Actor]
CHOICE = {"name": "周敏（示例）", "login": "haokou", "password": "a long password", "repeat": "a long password"}


@pytest.fixture
def own(session: Session) -> Enterprise:
    return firm(session)


@pytest.fixture
def at_home(client: Client, session: Session, own: Enterprise) -> Client:
    """A browser in which the firm's person is signed in."""
    client.cookies.set(
        SESSION_COOKIE, people.open_session(session, people.enterprise_user(session, enterprise_id=own.id))
    )
    return client


@pytest.fixture
def link(session: Session, actor: MakeActor, own: Enterprise) -> str:
    secret = invite(session, actor=actor(), enterprise=own, name="周敏（示例）", now=utc_now())
    return f"/portal/invitations/{secret}"


# -- coming in ------------------------------------------------------------------------------------------------------------


def test_the_link_opens_an_account_once_and_lets_the_person_in(client: Client, link: str, own: Enterprise) -> None:
    assert own.name in client.get(link).text
    entered = client.submit(link, CHOICE)
    assert (entered.status_code, entered.headers["location"]) == (303, "/portal")
    assert own.name in client.get("/portal").text
    client.cookies.clear()
    assert client.get(link).status_code == 404
    again = client.submit("/portal/sign-in", {"login": "HAOKOU", "password": CHOICE["password"]})
    assert again.headers["location"] == "/portal"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"repeat": "another password"}, "两次输入的密码不一致"),
        ({"password": "short", "repeat": "short"}, "密码须为"),
        ({"login": "中文"}, "登录名为"),
        ({"name": ""}, "请填写此项"),
    ],
)
def test_a_bad_choice_is_said_beside_the_field(client: Client, link: str, change: dict[str, str], says: str) -> None:
    answer = client.submit(link, CHOICE | change)
    assert answer.status_code == 422
    assert says in answer.text
    assert "a long password" not in answer.text
    assert client.submit(link, CHOICE).status_code == 303


def test_an_expired_or_invented_link_is_dead(client: Client, session: Session, link: str) -> None:
    session.query(Invitation).update({"expires_at": utc_now() - timedelta(seconds=1)})
    assert client.get(link).status_code == 404
    assert client.get("/portal/invitations/invented").status_code == 404


def test_a_wrong_password_is_refused_and_officers_have_another_door(
    client: Client, session: Session, actor: MakeActor
) -> None:
    refused = client.submit("/portal/sign-in", {"login": "nobody", "password": "wrong password"})
    assert refused.status_code == 422 and "登录名或密码不正确" in refused.text
    client.cookies.set(SESSION_COOKIE, people.open_session(session, actor()))
    assert client.get("/portal").headers["location"] == "/"
    assert client.get("/portal/documents").status_code == 403


def test_a_stranger_is_sent_to_the_portals_own_door(client: Client) -> None:
    assert client.get("/portal").headers["location"] == "/portal/sign-in"
    assert client.get("/portal/conditions").headers["location"].startswith("/portal/sign-in?next=")


def test_the_bureau_is_closed_to_an_enterprise(at_home: Client) -> None:
    for path in ("/exchange", "/system/users", "/system/journal"):
        assert at_home.get(path).status_code == 403


# -- what is seen -----------------------------------------------------------------------------------------------------------


def test_a_firm_without_a_case_is_told_what_to_do(at_home: Client, own: Enterprise) -> None:
    text = at_home.get("/portal").text
    assert own.name in text and "还没有在办的事项" in text and "离达标还差什么" in text


def test_where_it_stands_whose_turn_it_is_and_whom_to_call(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    officer = actor(role="section_head")
    case = led_to(session, officer, now, "review", enterprise=own)
    session.execute(update(Milestone).where(Milestone.case_id == case.id).values(due_on=utc_now().date()))
    text = at_home.get("/portal").text
    for words in ("市科技局正在审查", "由科技局办理", "颁发证书", case.number, officer.name, "要紧的日子"):
        assert words in text


def test_its_own_turn_names_what_to_do(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    case = led_to(session, actor(role="section_head"), now, "preparation", enterprise=own)
    text = at_home.get(f"/portal/cases/{case.number}").text
    assert "现在轮到您" in text and "需要您做的事" in text


def test_in_the_bureaus_turn_it_may_prepare_what_comes_next(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    case = opened(session, actor(role="section_head"), now, own, programme="technology-sme").row
    text = at_home.get(f"/portal/cases/{case.number}").text
    assert "下一步需要" in text and "您可以先准备下一步需要的" in text
    assert "您不用做什么" not in text


def test_another_firms_case_does_not_exist(at_home: Client, session: Session, actor: MakeActor, now: datetime) -> None:
    other = opened(session, actor(), now)
    assert at_home.get(f"/portal/cases/{other.row.number}").status_code == 404
    assert other.row.number not in at_home.get("/portal").text


def test_incentives_are_estimates_and_experts_have_a_term(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    certificate(session, own, utc_now().date() - timedelta(days=30))
    who = expert(session, actor(), now, name="陈立（示例）", phone="13871234567")
    agreement(session, actor(), now, who, own, ends_on=utc_now().date() + timedelta(days=400))
    text = at_home.get("/portal").text
    assert "预计可享受，以主管部门审定为准" in text
    assert "陈立（示例）" in text and "服务到" in text
    assert "13871234567" not in text


def test_all_conditions_with_what_is_lacking(at_home: Client) -> None:
    text = at_home.get("/portal/conditions").text
    assert text.count('class="unknown"') >= 3
    assert "还缺资料" in text


def test_every_page_in_english(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    case = opened(session, actor(), now, own).row
    at_home.cookies.set("yumiao_language", "en")
    assert "What is still missing" in at_home.get("/portal").text
    for path in ("/portal", f"/portal/cases/{case.number}", "/portal/conditions"):
        assert '<html lang="en">' in at_home.get(path).text


def test_what_waits_for_the_firm_stands_first(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    head = actor(role="section_head")
    theirs = led_to(session, head, now, "preparation", enterprise=own)
    newer = opened(session, head, now + timedelta(days=1), own, programme="joint-innovation-centre").row
    text = at_home.get("/portal").text
    assert text.index(theirs.number) < text.index(newer.number)


def test_what_ends_and_what_is_overdue_stand_first_and_stay_there(
    at_home: Client, session: Session, actor: MakeActor, own: Enterprise, now: datetime
) -> None:
    head, on = actor(role="section_head"), today(utc_now())
    old = led_to(session, head, now, "certified", enterprise=own)
    session.execute(delete(Certificate).where(Certificate.enterprise_id == own.id))
    ending = certificate(session, own, on - timedelta(days=1000), on + timedelta(days=15))
    session.execute(delete(CaseDuty).where(CaseDuty.case_id == old.id, CaseDuty.code != "annual-report"))
    late, *others = session.scalars(select(CaseDuty).where(CaseDuty.case_id == old.id).order_by(CaseDuty.id))
    late.opens_on, late.due_on = on - timedelta(days=300), on - timedelta(days=183)
    others[0].opens_on, others[0].due_on = on, None
    others[1].opens_on, others[1].due_on = on, on + timedelta(days=9)
    new = led_to(session, head, now, "filing", enterprise=own, year=2022)
    main = at_home.get("/portal").text.partition("<main")[2]
    told = [
        "现在有 4 件事轮到您",
        head.name,
        "还有 15 天",
        ending.number,
        f'href="/portal/cases/{new.number}"',
        f"/duties/{late.id}",
        "已超过 183 天",
        "累计两年未填报的取消资格",
        f"/duties/{others[1].id}",
        "没有期限的 1 项",
        f"/duties/{others[0].id}",
    ]
    places = [main.index(words) for words in told]
    assert places == sorted(places)
    assert 'class="notice late"' in main and main.count("累计两年未填报的取消资格") == 1
    session.execute(update(Certificate).values(expires_on=on + timedelta(days=150)))
    later = at_home.get("/portal").text
    assert "还有 150 天" in later and 'class="notice wait"' in later
    certificate(session, own, on, on + timedelta(days=1000))
    assert "还有 150 天" not in at_home.get("/portal").text
