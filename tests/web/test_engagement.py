"""Pages of engagement: asking with the warning first, visits in two fields, the burden report, bulk requests, rounds of visits."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.jobs import KINDS
from app.engagement.models import FirmRequest, RequestPeriod, Visit, VisitRound, VisitStop
from app.engagement.schemas import AskFirm, LogVisit
from app.engagement.service.asking import ask_firm
from app.engagement.service.logging_visits import log_visit
from app.enterprises.models import Contact
from app.jobs.run import JobContext
from app.jobs.worker import Worker
from app.kit import db
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from tests.factories.cases import firm, opened
from tests.support.client import Client
from tests.support.markup import flat

SignIn = Callable[..., Client]


@pytest.fixture
def day() -> date:
    """The day on which pages are asked for: theirs is the real clock."""
    return today(utc_now())


def send(client: Client, page: str, to: str, data: dict[str, object]) -> Response:
    """Fill the form of `page` that posts to `to`, and send it."""
    return client.submit(page, data, to=to)


def asked(session: Session) -> list[FirmRequest]:
    session.expire_all()
    return list(session.scalars(select(FirmRequest).order_by(FirmRequest.id)))


def test_the_warning_comes_before_anything_is_sent_and_a_reason_sends_it(session: Session, sign_in: SignIn) -> None:
    where = firm(session)
    base = f"/enterprises/{where.uscc}/requests"
    db.commit(session)
    client = sign_in()
    form = {"wanted": "material:business-licence", "department": "tax"}
    assert "提出请求" in client.get(f"{base}/new").text
    assert send(client, f"{base}/new", base, form).status_code == 303
    again = send(client, f"{base}/new", base, form)
    assert again.status_code == 422
    assert "税务局已于" in again.text and "仍要提出的理由" in again.text
    assert "税务局已于" in client.get(f"{base}/check?wanted=material:business-licence").text
    assert "notice" not in client.get(f"{base}/check?wanted=material:annual-audit&year=2020").text
    assert len(asked(session)) == 1
    assert send(client, f"{base}/new", base, form | {"reason": "原件模糊"}).status_code == 303
    assert [row.reason for row in asked(session)] == ["", "原件模糊"]
    page = client.get(base).text
    assert "营业执照" in page and "理由：原件模糊" in page
    assert re.search(r"税务局</th><td class=\"num\"><a href=\"/requests/burden/rows\?firm=", flat(page))


def test_mistakes_stand_beside_their_fields(session: Session, sign_in: SignIn) -> None:
    where = firm(session)
    base = f"/enterprises/{where.uscc}/requests"
    db.commit(session)
    client = sign_in()
    for form, words in (
        ({"wanted": "material:annual-audit"}, "请填写所属年度"),
        ({"wanted": "material:nothing"}, "请从列表中选择"),
        ({"wanted": "other:"}, "请写明要什么"),
        ({}, "请填写此项"),
    ):
        answer = send(client, f"{base}/new", base, form)
        assert (answer.status_code, words in answer.text) == (422, True), form


def test_a_case_offers_its_questions(
    session: Session, sign_in: SignIn, actor: Callable[..., Actor], now: datetime
) -> None:
    case = opened(session, actor(), now).row
    where, number = case.enterprise.uscc, case.number
    db.commit(session)
    client = sign_in()
    page = client.get(f"/enterprises/{where}/requests/new?case={number}").text
    code = re.search(r'value="(answer:[a-z0-9-]+)"', page)
    assert code is not None
    base = f"/enterprises/{where}/requests"
    sent = send(client, f"{base}/new?case={number}", base, {"wanted": code[1], "case_number": number})
    assert sent.headers["location"] == f"/cases/{number}"
    (row,) = asked(session)
    assert (row.kind, row.case_number, bool(row.title)) == ("answer", number, True)


def test_requests_are_listed_filtered_exported_settled_and_withdrawn(
    session: Session, sign_in: SignIn, actor: Callable[..., Actor], now: datetime
) -> None:
    where, far, who = firm(session), firm(session, region="429006001"), actor(region="")
    for target, title in ((where, "用工情况"), (where, "能耗情况"), (far, "别处")):
        given = AskFirm.model_validate({"kind": "other", "title": title, "due_on": today(now)})
        ask_firm(session, actor=who, now=now, enterprise=target, given=given)
    uscc = where.uscc
    db.commit(session)
    client = sign_in()
    page = client.get("/requests?state=overdue")
    assert "用工情况" in page.text and "别处" not in page.text
    assert "用工情况" not in client.get("/requests?state=overdue&department=tax").text
    assert "能耗情况" in client.get("/requests/export.csv?state=overdue").text
    assert client.get("/requests/export.xlsx").status_code == 200
    first, second, _far = asked(session)
    done = send(client, "/requests", f"/requests/{first.id}/settle", {"version": "1", "back": "/requests"})
    assert done.headers["location"] == "/requests"
    url = f"/requests/{second.id}/withdraw"
    assert send(client, url, url, {"version": "1"}).status_code == 422
    assert send(client, url, url, {"version": "1", "reason": "已有"}).status_code == 303
    assert [row.outcome for row in asked(session)] == ["answered", "withdrawn", ""]
    assert "已撤回" in client.get(f"/enterprises/{uscc}/requests").text
    assert client.get(f"/requests/{_far.id}/withdraw").status_code == 404


def test_the_period_is_set_by_a_section_head(session: Session, sign_in: SignIn) -> None:
    client = sign_in("caseworker")
    assert "由市局设定" in client.get("/requests/period").text
    assert "f-months" not in client.get("/requests/period").text
    head = sign_in("section_head")
    assert send(head, "/requests/period", "/requests/period", {"months": "0"}).status_code == 422
    assert send(head, "/requests/period", "/requests/period", {"months": "6", "note": "局务会"}).status_code == 303
    assert session.scalars(select(RequestPeriod.months).order_by(RequestPeriod.id)).all() == [12, 6]


def test_a_call_takes_two_fields_and_its_call_back_the_next_one(session: Session, sign_in: SignIn, day: date) -> None:
    where = firm(session)
    base = f"/enterprises/{where.uscc}/visits"
    db.commit(session)
    client = sign_in()
    assert send(client, f"{base}/new", base, {"manner": "call"}).status_code == 422
    given = {"manner": "call", "text": "问专项审计", "call_back_on": (day + timedelta(days=1)).isoformat()}
    assert send(client, f"{base}/new", base, given).status_code == 303
    (row,) = session.scalars(select(Visit))
    assert (row.happened_on, row.called_back_on) == (day, None)
    assert "上次联系" in client.get(f"{base}/{row.id}").text
    assert "问专项审计" in client.get("/visits?waiting=1").text
    assert (
        send(client, f"{base}/{row.id}", base, {"manner": "call", "text": "已完成", "answers": str(row.id)}).status_code
        == 303
    )
    first = session.scalars(select(Visit).order_by(Visit.id).limit(1)).one()
    assert first.called_back_on == day
    assert "问专项审计" not in client.get("/visits?waiting=1").text
    assert "f-text" not in client.get(f"{base}/{row.id}").text
    assert sign_in("leader").get("/visits?officer=all").text.count("问专项审计") == 1


def test_every_number_of_the_report_opens_its_rows(
    session: Session, sign_in: SignIn, actor: Callable[..., Actor]
) -> None:
    where, who, now = firm(session), actor(), utc_now()
    for title in ("一", "二"):
        ask_firm(
            session,
            actor=who,
            now=now,
            enterprise=where,
            given=AskFirm.model_validate({"kind": "other", "title": title}),
        )
    log_visit(
        session,
        actor=who,
        now=now,
        enterprise=where,
        given=LogVisit.model_validate({"manner": "visit", "text": "看车间"}),
    )
    db.commit(session)
    client = sign_in("leader")
    page = client.get("/requests/burden").text
    links = {
        (int(n), url.replace("&amp;", "&"))
        for url, n in re.findall(r'<a href="(/requests/burden/rows[^"]*)"[^>]*>(\d+)</a>', page)
    }
    assert {n for n, _url in links} == {1, 2, 3}
    for n, url in links:
        assert flat(client.get(url).text).count("<tr><td") == n, url
    assert client.get("/requests/burden/export.xlsx").status_code == 200
    assert "这段时间没有" in client.get("/requests/burden?until=2019-01-01").text


def test_many_firms_are_asked_after_a_preview(
    session: Session, sign_in: SignIn, actor: Callable[..., Actor], database: db.Database, tmp_path: Path
) -> None:
    fresh, known, gone = firm(session, name="新客"), firm(session, name="熟客"), firm(session, name="停用")
    gone.disabled_on = date(2021, 1, 1)
    given = AskFirm.model_validate({"kind": "material", "what": "business-licence"})
    ask_firm(session, actor=actor(), now=utc_now(), enterprise=known, given=given)
    codes, ids = [fresh.uscc, known.uscc, gone.uscc], f"{fresh.id} {known.id} {gone.id}"
    wanted, fresh_id = {"wanted": "material:business-licence", "department": "science"}, fresh.id
    db.commit(session)
    client = sign_in()
    assert "data-picks" in client.get("/enterprises").text
    assert client.post_form("/requests/bulk", {"which": "ticked"}).status_code == 303
    assert "已选 3 家企业" in client.post_form("/requests/bulk", {"which": "ticked", "firm": codes}).text
    assert "已选 2 家企业" in client.post_form("/requests/bulk", {"which": "all", "filter": ""}).text
    page = client.post_form("/requests/bulk/preview", wanted | {"firms": ids}).text
    assert "将提出 1 家" in page and "已在库、近期要过或不在业 1 家" in page and "不能提出 1 家" in page
    assert "将提出 2 家" in client.post_form("/requests/bulk/preview", wanted | {"firms": ids, "reason": "重发"}).text
    sent = client.post_form("/requests/bulk/order", wanted | {"firms": ids})
    result = sent.headers["location"]
    assert "正在提出" in client.get(result).text
    Worker(JobContext(database, tmp_path), {kind.code: kind for kind in KINDS}).run_waiting()
    page = client.get(result).text
    assert "已提出" in page and "要过" in page and "已停用" in page
    assert [row.enterprise_id for row in asked(session)][1:] == [fresh_id]


def test_the_list_of_cases_asks_the_firms_of_its_cases(
    session: Session, sign_in: SignIn, actor: Callable[..., Actor], now: datetime
) -> None:
    numbers = [opened(session, actor(), now).row.number for _ in range(2)]
    db.commit(session)
    client = sign_in()
    ticked = client.post_form("/requests/bulk", {"which": "ticked", "case": numbers[:1], "back": "/cases"})
    assert "已选 1 家企业" in ticked.text
    every = client.post_form("/requests/bulk", {"which": "all", "filter": "state=open", "back": "/cases"})
    assert "已选 2 家企业" in every.text


def test_a_round_from_the_list_to_its_result(
    session: Session, sign_in: SignIn, actor: Callable[..., Actor], day: date
) -> None:
    firms = [firm(session, region=f"42900510{number}", address=f"工业路 {number} 号") for number in (2, 1, 3)]
    session.add(Contact(enterprise_id=firms[0].id, name="王敏", phone="0728-1", is_primary=True))
    opened(session, actor(), utc_now(), firms[0], year=day.year)
    ids, last = " ".join(str(one.id) for one in firms), firms[2].uscc
    codes = [one.uscc for one in firms]
    db.commit(session)
    client = sign_in()
    assert "排入 3 家" in client.post_form("/visits/rounds/new", {"which": "ticked", "firm": codes}).text
    form = {"firms": ids, "title": "年末走访", "starts_on": day.isoformat(), "days": "1", "per_day": "2"}
    assert "排不下" in client.post_form("/visits/rounds", form).text
    base = client.post_form("/visits/rounds", form | {"per_day": "5"}).headers["location"]
    page = client.get(base).text
    assert [page.index(code) for code in (codes[1], codes[0], codes[2])] == sorted(page.index(code) for code in codes)
    stops = list(session.scalars(select(VisitStop).order_by(VisitStop.planned_on, VisitStop.ordinal)))
    sheet = client.get(f"{base}/sheet?day={stops[0].planned_on}").text
    for words in ("工业路 2 号", "王敏 0728-1", "记录", "高新技术企业认定"):
        assert words in sheet
    assert client.get(f"{base}/sheet?day=2019-01-01").status_code == 404
    assert send(client, base, f"{base}/stops/{stops[0].id}/move", {"step": "1"}).status_code == 303
    assert client.post_form(f"{base}/stops/{stops[0].id}/move", {"day": "x"}).status_code == 422
    skip = f"{base}/stops/{stops[0].id}/skip"
    assert send(client, skip, skip, {}).status_code == 422
    assert send(client, skip, skip, {"reason": "停产检修"}).status_code == 303
    new = f"/enterprises/{last}/visits/new?manner=visit&back={base}"
    done = send(client, new, f"/enterprises/{last}/visits", {"manner": "visit", "text": "看车间", "back": base})
    assert done.headers["location"] == base
    assert send(client, base, f"{base}/close", {}).status_code == 303
    page = client.get(base).text
    assert "停产检修" in page and "已走访" in page and "没有走访" in page and "登记走访" not in page
    assert "年末走访" in sign_in("leader").get("/visits/rounds?closed=1").text
    assert session.scalars(select(VisitRound.closed_on)).one() == day


@pytest.mark.parametrize(
    "path", ["/enterprises/{uscc}/requests/new", "/enterprises/{uscc}/visits/new", "/requests/bulk/1"]
)
def test_leaders_read_and_do_not_ask(session: Session, sign_in: SignIn, path: str) -> None:
    where = firm(session)
    db.commit(session)
    client = sign_in("leader")
    assert client.get(path.format(uscc=where.uscc)).status_code == 403
    page = client.get(f"/enterprises/{where.uscc}/requests")
    assert page.status_code == 200 and "提出请求" not in page.text
    assert sign_in("department").get("/requests").status_code == 403


def test_pages_ask_as_much_for_many_as_for_few(
    session: Session,
    sign_in: SignIn,
    actor: Callable[..., Actor],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    who, now = actor(), utc_now()
    where = firm(session)
    address, client = where.uscc, sign_in()

    def grow(n: int) -> None:
        for number in range(n):
            given = AskFirm.model_validate({"kind": "other", "title": f"{now} {number}"})
            for target in (where, firm(session)):
                ask_firm(session, actor=who, now=now, enterprise=target, given=given)
            log_visit(
                session,
                actor=who,
                now=now,
                enterprise=where,
                given=LogVisit.model_validate({"manner": "call", "text": "问"}),
            )
        db.commit(session)

    def queries(path: str) -> int:
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    paths = [
        f"/enterprises/{address}/requests",
        "/requests",
        "/visits?officer=all",
        "/requests/burden",
        "/requests/burden/rows",
    ]
    grow(1)
    few = [queries(path) for path in paths]
    now += timedelta(seconds=1)
    grow(15)
    assert [queries(path) for path in paths] == few
    assert max(few) <= 16
