"""Asking a firm: one row and one event; what is on file or was asked for lately needs a reason; how requests end."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.domain.requests import Cause, RequestedItem, RequestKind, months_before
from app.engagement.jobs import KINDS
from app.engagement.lists import REQUESTS, RequestFilter
from app.engagement.models import FirmRequest
from app.engagement.queries.periods import find_period
from app.engagement.queries.requests import (
    get_visible_to,
    list_open_of_firm,
)
from app.engagement.schemas import AnswerRequest, AskFirm, AskFirms, SetPeriod, SettleRequest, WithdrawRequest
from app.engagement.service.asking import answer_request, settle_request, withdraw_request
from app.engagement.service.asking_many import check_requests, order_requests
from app.engagement.service.objections import find_known
from app.engagement.service.periods import set_period
from app.enterprises.models import YearlyFigures
from app.files.models import Document
from app.files.schemas import DocumentInput
from app.files.service.documents import put_on_file
from app.files.vault import Upload, Vault
from app.jobs.items import results_of
from app.jobs.models import Job
from app.jobs.run import JobContext
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.factories.cases import firm
from tests.support import people

ON = date(2021, 6, 30)
Ask = Callable[..., FirmRequest]


def events(session: Session, kind: str) -> list[JournalEvent]:
    db.commit(session)
    return list(session.scalars(select(JournalEvent).where(JournalEvent.type == kind)))


@pytest.fixture
def file(
    session: Session, vault: Vault, now: datetime, actor: Callable[..., Actor], upload: Callable[..., Upload]
) -> Callable[..., Document]:
    """`file(firm)`: put its audit report of 2020 on file."""
    officer = actor(region="")

    def make(where: object, **given: object) -> Document:
        values = DocumentInput.model_validate({"kind": "annual-audit", "year": 2020} | given)
        return put_on_file(
            session,
            vault,
            actor=officer,
            enterprise=where,
            upload=upload(),
            given=values,
            now=now,  # type: ignore[arg-type]
        )

    return make


def test_a_request_is_one_row_and_one_event_on_the_firm(session: Session, ask: Ask) -> None:
    where = firm(session)
    row = ask(where, department="tax", due_on=date(2021, 7, 5))
    assert (row.title, row.asked_on, row.department) == ("年度审计报告（2020 年）", ON, "tax")
    (event,) = events(session, "enterprise.asked")
    assert (event.enterprise_id, event.data["request"], event.data["department"]) == (where.id, row.id, "tax")
    assert list_open_of_firm(session, where.id) == [row]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"year": None}, "year"),
        ({"what": "no-such-kind"}, "what"),
        ({"what": ""}, "what"),
        ({"department": "no-such"}, "department"),
        ({"kind": "figure", "what": "uscc"}, "what"),
        ({"kind": "figure", "what": "rd_other_fen", "year": None}, "year"),
        ({"kind": "other", "what": ""}, "title"),
        ({"due_on": date(2021, 6, 29)}, "due_on"),
    ],
)
def test_what_is_wanted_must_be_said(session: Session, ask: Ask, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(firm(session), **given)
    assert field in refused.value.fields


def test_what_is_on_file_is_asked_for_only_with_a_reason(
    session: Session, ask: Ask, file: Callable[..., Document]
) -> None:
    where = firm(session)
    document = file(where, title="2020 年审计报告")
    with pytest.raises(Invalid, match="证据库已有“2020 年审计报告”") as refused:
        ask(where)
    assert (refused.value.code, set(refused.value.fields)) == ("engagement.reason", {"reason"})
    assert ask(where, reason="缺第 3 页").reason == "缺第 3 页"
    assert ask(where, year=2019).reason == "", "another year is not on file"
    document.valid_until = ON - timedelta(days=1)
    other = RequestedItem(RequestKind.MATERIAL, "annual-audit", 2020)
    assert {one.cause for one in find_known(session, [where.id], other, ON)[where.id]} == {Cause.ASKED}


def test_a_figure_of_the_register_is_not_asked_for_again(session: Session, ask: Ask, now: datetime) -> None:
    where = firm(session)
    row = YearlyFigures(
        enterprise_id=where.id, year=2020, basis="TAX", source="tax", sales_revenue_fen=1, updated_at=now
    )
    session.add(row)
    session.flush()
    with pytest.raises(Invalid, match="2020 年的这项数据"):
        ask(where, kind="figure", what="sales_revenue_fen")
    ask(where, kind="figure", what="net_assets_fen")


def test_the_period_is_the_bureaus_and_counts_from_the_day(
    session: Session, ask: Ask, now: datetime, actor: Callable[..., Actor]
) -> None:
    period = find_period(session)
    assert period is not None
    assert (period.months, period.origin, "无法规依据" in period.note) == (12, "seed", True)
    where = firm(session)
    ask(where, at=now - timedelta(days=365 + 1))
    ask(where)
    with pytest.raises(Invalid, match="科技局已于 2021-06-30 要过"):
        ask(where, department="tax")
    head = actor("section_head")
    with pytest.raises(Forbidden):
        set_period(session, actor=actor(), now=now, given=SetPeriod(months=1))
    set_period(session, actor=head, now=now, given=SetPeriod(months=1, note="局务会 6 月 30 日"))
    with pytest.raises(Invalid, match="没有变化"):
        set_period(session, actor=head, now=now, given=SetPeriod(months=1))
    ask(where, at=now + timedelta(days=40))
    (event,) = (one for one in events(session, "engagement.period_set") if one.actor_kind == "officer")
    assert event.changes == {"months": [12, 1]}


@pytest.mark.parametrize(
    ("on", "months", "before"),
    [
        (date(2021, 3, 31), 1, date(2021, 2, 28)),
        (date(2020, 3, 30), 1, date(2020, 2, 29)),
        (date(2021, 1, 15), 12, date(2020, 1, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
    ],
)
def test_months_end_on_days_that_exist(on: date, months: int, before: date) -> None:
    assert months_before(on, months) == before


def test_a_document_that_arrives_settles_what_was_asked_for(
    session: Session, ask: Ask, file: Callable[..., Document]
) -> None:
    where, other = firm(session), firm(session)
    asked, of_2019, elsewhere = ask(where), ask(where, year=2019), ask(other)
    document = file(where)
    assert (asked.outcome, asked.document_id, asked.settled_on) == ("supplied", document.id, ON)
    assert of_2019.settled_on is None and elsewhere.settled_on is None
    (event,) = events(session, "enterprise.request_settled")
    assert event.data["request"] == asked.id


def test_a_request_is_settled_answered_or_withdrawn_once(
    session: Session, ask: Ask, now: datetime, actor: Callable[..., Actor]
) -> None:
    where, officer = firm(session), actor()
    user = people.enterprise_user(session, enterprise_id=where.id)
    first, second, third = ask(where), ask(where, year=2019), ask(where, year=2018)
    settle_request(session, actor=officer, now=now, request=first, enterprise=where, given=SettleRequest(version=1))
    answer_request(
        session,
        actor=user,
        now=now,
        request=second,
        enterprise=where,
        given=AnswerRequest(version=1, answer="未做审计"),
    )
    with pytest.raises(Conflict, match="刚被他人改动"):
        withdraw_request(
            session,
            actor=officer,
            now=now,
            request=third,
            enterprise=where,
            given=WithdrawRequest(version=9, reason="x"),
        )
    withdraw_request(
        session,
        actor=officer,
        now=now,
        request=third,
        enterprise=where,
        given=WithdrawRequest(version=1, reason="不需要"),
    )
    assert [row.outcome for row in (first, second, third)] == ["answered", "answered", "withdrawn"]
    assert (second.answer, second.settled_by) == ("未做审计", user.name)
    with pytest.raises(Conflict, match="已经了结"):
        settle_request(session, actor=officer, now=now, request=first, enterprise=where, given=SettleRequest(version=2))
    ask(where, year=2018)  # what was withdrawn does not count as asked


def test_only_editors_of_the_region_ask_and_leaders_read(
    session: Session, ask: Ask, actor: Callable[..., Actor]
) -> None:
    where = firm(session, region="429005101")
    for refused in (actor("leader"), actor("caseworker", "429005001")):
        with pytest.raises(Forbidden):
            ask(where, by=refused)
    where.disabled_on = ON
    with pytest.raises(Conflict):
        ask(where)
    where.disabled_on = None
    row = ask(where)
    assert get_visible_to(session, actor("leader"), row.id)[0] is row
    with pytest.raises(NotFound):
        get_visible_to(session, actor("leader", "429005001"), row.id)
    wanted = RequestFilter()
    assert REQUESTS.count(Viewer(session, actor("leader", "429005001"), ON), wanted).n == 0
    assert len(REQUESTS.page(Viewer(session, actor("leader"), ON), wanted, limit=5).items) == 1


def test_many_firms_are_foreseen_by_the_same_rules_and_asked_by_a_job(
    session: Session, ask: Ask, now: datetime, actor: Callable[..., Actor], database: db.Database, tmp_path: Path
) -> None:
    officer = actor()
    free, asked, far = firm(session), firm(session), firm(session, region="429006001")
    ask(asked)
    command = AskFirm.model_validate({"kind": "material", "what": "annual-audit", "year": 2020})
    seen = check_requests(session, actor=officer, now=now, command=command, firms=[free, asked, far])
    assert [bool(one.refusal) for one in seen] == [False, False, True]
    assert [len(one.findings) for one in seen] == [0, 1, 0]
    order = AskFirms(**command.model_dump(), enterprise_ids=[free.id, asked.id, far.id])
    job = order_requests(session, actor=officer, now=now, command=order)
    db.commit(session)
    Worker(JobContext(database, tmp_path, lambda: now), {kind.code: kind for kind in KINDS}).run_waiting()
    session.expire_all()
    first, second, third = results_of(session.get_one(Job, job.id))
    assert first.made is not None and first.refusal == ""
    assert "要过" in second.refusal and "Already asked for" in second.refusal_en
    assert third.made is None and third.refusal
    assert session.scalars(select(FirmRequest.enterprise_id).order_by(FirmRequest.id)).all() == [asked.id, free.id]
