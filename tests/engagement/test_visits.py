"""Visits and calls: two fields; call-backs are made good by the next contact; a visit counts as a request, a call does not."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.lists import VISITS, VisitFilter
from app.engagement.models import FirmRequest, Visit
from app.engagement.queries.visits import list_of_firm
from app.engagement.schemas import LogVisit
from app.engagement.service.logging_visits import log_visit
from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.factories.cases import firm

ON = date(2021, 6, 30)
Log = Callable[..., Visit]


@pytest.fixture
def officer(actor: Callable[..., Actor]) -> Actor:
    return actor()


@pytest.fixture
def log(session: Session, now: datetime, officer: Actor) -> Log:
    """`log(firm)`: a call today, unless told otherwise."""

    def make(where: Enterprise, *, by: Actor = officer, at: datetime = now, **given: Any) -> Visit:
        values = {"manner": "call", "text": "问了专项审计的进度"} | given
        return log_visit(session, actor=by, now=at, enterprise=where, given=LogVisit.model_validate(values))

    return make


def requests(session: Session) -> list[FirmRequest]:
    return list(session.scalars(select(FirmRequest).order_by(FirmRequest.id)))


def test_a_call_is_one_row_and_one_event_and_burdens_nobody(session: Session, log: Log, officer: Actor) -> None:
    where = firm(session)
    visit = log(where, people="王敏")
    assert (visit.happened_on, visit.officer_id, visit.officer_name) == (ON, officer.id, officer.name)
    db.commit(session)
    (event,) = session.scalars(select(JournalEvent).where(JournalEvent.actor_kind == "officer"))
    assert (event.type, event.enterprise_id, event.data["manner"]) == ("enterprise.contacted", where.id, "call")
    assert requests(session) == []


def test_a_visit_counts_as_a_request_of_its_day(session: Session, log: Log, ask: Callable[..., FirmRequest]) -> None:
    where, asked = firm(session), firm(session)
    log(where, manner="visit", happened_on=date(2021, 6, 28))
    (row,) = requests(session)
    assert (row.kind, row.asked_on, row.settled_on, row.outcome) == (
        "visit",
        date(2021, 6, 28),
        date(2021, 6, 28),
        "answered",
    )
    with pytest.raises(Invalid, match="06-28 走访"):
        ask(where, kind="visit", what="", year=None)
    wanted = ask(asked, kind="visit", what="", year=None)
    log(asked, manner="visit")
    assert (wanted.outcome, len(requests(session))) == ("answered", 2)


def test_the_next_contact_makes_good_what_was_promised(
    session: Session, log: Log, now: datetime, actor: Callable[..., Actor]
) -> None:
    where, other, colleague = firm(session), firm(session), actor()
    mine = log(where, call_back_on=date(2021, 7, 2))
    theirs = log(where, by=colleague, call_back_on=date(2021, 7, 2))
    elsewhere = log(other, call_back_on=date(2021, 7, 2))
    log(where, at=now + timedelta(days=2))
    assert (mine.called_back_on, theirs.called_back_on, elsewhere.called_back_on) == (date(2021, 7, 2), None, None)
    log(where, at=now + timedelta(days=3), answers=theirs.id)
    assert theirs.called_back_on == date(2021, 7, 3)
    with pytest.raises(NotFound):
        log(where, answers=elsewhere.id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"happened_on": date(2021, 7, 1)}, "happened_on"),
        ({"call_back_on": date(2021, 6, 29)}, "call_back_on"),
    ],
)
def test_days_must_fit(session: Session, log: Log, given: dict[str, date], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        log(firm(session), **given)
    assert field in refused.value.fields


def test_scope_and_roles(session: Session, log: Log, actor: Callable[..., Actor]) -> None:
    where = firm(session, region="429005101")
    log(where, text="第一次")
    log(where, text="第二次", manner="office", call_back_on=ON)
    assert [row.text for row in list_of_firm(session, where.id, 5)] == ["第二次", "第一次"]
    for refused in (actor("leader"), actor("caseworker", "429005001")):
        with pytest.raises(Forbidden):
            log(where, by=refused)
    assert VISITS.count(Viewer(session, actor("leader"), ON), VisitFilter()).n == 2
    assert VISITS.count(Viewer(session, actor("leader", "429005001"), ON), VisitFilter()).n == 0
    found = VISITS.page(Viewer(session, actor("leader"), ON), VisitFilter(waiting=True), limit=1)
    assert [row.text for row, _firm in found.items] == ["第二次"]
    where.disabled_on = ON
    with pytest.raises(Conflict):
        log(where)
