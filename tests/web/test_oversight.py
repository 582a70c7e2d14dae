"""The pages of supervision, ratings and the section: what each shows, to whom, and that numbers open their rows."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.oversight.models import ServiceRating, Supervision
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from tests.factories.cases import opened
from tests.support import people
from tests.support.client import Client
from tests.support.markup import flat

SignIn = Callable[..., Client]
Officer = Callable[..., Actor]


def signed_in(client: Client, session: Session, who: Actor) -> Client:
    client.cookies.set(SESSION_COOKIE, people.open_session(session, who))
    return client


def supervised(session: Session, case: CaseFile, head: Actor, *, due_in: int) -> Supervision:
    row = Supervision(
        case_id=case.id,
        officer_id=case.officer_id or 0,
        request="尽快提出审查意见",
        asked_by=head.id,
        asked_by_name=head.name,
        asked_at=utc_now(),
        due_on=today(utc_now()) + timedelta(days=due_in),
    )
    session.add(row)
    session.flush()
    return row


def test_a_head_asks_the_officer_answers_from_the_desk_and_the_head_closes(
    client: Client, session: Session, actor: Officer, now: datetime
) -> None:
    head, caseworker = actor("section_head"), actor()
    number = opened(session, caseworker, now).row.number
    signed_in(client, session, head)
    due = (today(utc_now()) + timedelta(days=3)).isoformat()
    asked = client.submit(f"/cases/{number}/supervisions/new", {"request": "三日内办结", "due_on": due}, follow=True)
    assert "三日内办结" in asked.text and "待答复" in asked.text
    signed_in(client, session, caseworker)
    desk = client.get("/").text
    (url,) = set(re.findall(rf'href="(/cases/{number}/supervisions/\d+)"', desk))
    assert "答复督办" in desk
    answered = client.submit(url, {"answer": "已约企业"}, to=f"{url}/answer", follow=True)
    assert "已约企业" in answered.text
    assert "再次督办" not in client.get(url).text
    signed_in(client, session, head)
    assert url in client.get("/desk/tasks?kind=supervise").text
    client.submit(url, to=f"{url}/close")
    assert url not in client.get("/desk/tasks?kind=supervise").text
    assert "三日内办结" in client.get("/desk/supervisions?state=closed").text


def test_overdue_supervision_stands_out_in_the_list(
    sign_in: SignIn, session: Session, actor: Officer, now: datetime
) -> None:
    head, caseworker = actor("section_head"), actor()
    for due_in in (-2, 4):
        supervised(session, opened(session, caseworker, now).row, head, due_in=due_in)
    client = sign_in("leader")
    shown = client.get("/desk/supervisions").text
    assert "逾期未答复，期限" in shown and shown.index("逾期未答复，期限") < shown.index("待答复，期限")
    late = client.get("/desk/supervisions?state=overdue").text
    assert "共 1 条" in late
    assert client.get("/desk/supervisions?officer=nobody&state=what").status_code == 200


def test_a_bad_rating_comes_to_the_desk_and_goes_with_its_measures(
    client: Client, session: Session, actor: Officer, now: datetime
) -> None:
    caseworker = actor()
    case = opened(session, caseworker, now).row
    number = case.number
    session.add(ServiceRating(case_id=case.id, grade=1, remark="没人接电话", by_name="王敏（示例）", at=utc_now()))
    session.flush()
    signed_in(client, session, caseworker)
    assert "没人接电话" in client.get("/desk/tasks?kind=follow_up").text
    listed = client.get("/desk/ratings").text
    assert (
        "待整改" in listed
        and "1.00" in listed
        and f"/desk/ratings?programme={case.programme_code}&amp;grade=1" in listed
    )
    parts = {"weighed": "属实", "verified": "核了记录", "put_right": "值班到岗", "told": "已回电"}
    missing = client.submit(f"/desk/ratings/{number}", {"weighed": "属实"})
    assert missing.status_code == 422 and "请填写核实。" in missing.text
    client.submit(f"/desk/ratings/{number}", parts)
    assert "没人接电话" not in client.get("/desk/tasks?kind=follow_up").text
    assert "待整改" not in client.get("/desk/ratings?unmeasured=").text.split("<tbody>")[-1]


def test_every_number_of_the_section_opens_as_many_rows(
    sign_in: SignIn, session: Session, actor: Officer, now: datetime
) -> None:
    caseworker, on = actor(), today(utc_now())
    for due_in in (-5, -1, 0, 7, 8, None):
        case = opened(session, caseworker, now).row
        case.next_due_on = None if due_in is None else on + timedelta(days=due_in)
    session.flush()
    client = sign_in("section_head")
    shown = flat(client.get("/desk/section").text)
    links = re.findall(r'<td class="num"><a href="(/cases\?[^"]+)"[^>]*>(\d+)</a>', shown)
    numbers = {url.replace("&amp;", "&"): int(n) for url, n in links}
    assert sorted(numbers.values()) == [2, 2, 2, 6]
    for url, n in numbers.items():
        assert f"共 {n} 条" in client.get(url).text
    assert sign_in("caseworker").get("/desk/section").status_code == 403
