"""Rounds of visits: by township and name over working days; moved, skipped, ticked off by the visit, closed."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.domain.rounds import StopAt, moved, plan_days
from app.engagement.lists import ROUNDS, RoundFilter
from app.engagement.models import FirmRequest, VisitRound, VisitStop
from app.engagement.queries.rounds import get_round_visible_to, list_stops, progress_of
from app.engagement.schemas import LogVisit, MoveStop, SkipStop
from app.engagement.service.logging_visits import log_visit
from app.engagement.service.planning import close_round, move_stop, skip_stop
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.factories.cases import firm

Plan = Callable[..., VisitRound]
THURSDAY, FRIDAY, MONDAY = date(2021, 7, 1), date(2021, 7, 2), date(2021, 7, 5)


def order(session: Session, row: VisitRound) -> list[tuple[date | None, int, int]]:
    return [(stop.planned_on, stop.ordinal, stop.enterprise_id) for stop, _firm in list_stops(session, row.id)]


def test_the_plan_goes_by_township_then_name() -> None:
    stops = [StopAt(1, "429005102", "a"), StopAt(2, "429005001", "b"), StopAt(3, "429005001", "a")]
    plan = plan_days(stops, [THURSDAY, FRIDAY], 2)
    assert [(one.enterprise_id, one.day, one.ordinal) for one in plan] == [
        (3, THURSDAY, 0),
        (2, THURSDAY, 1),
        (1, FRIDAY, 0),
    ]
    with pytest.raises(Invalid):
        plan_days(stops, [THURSDAY], 2)
    with pytest.raises(Invalid):
        plan_days([], [THURSDAY], 2)


@pytest.mark.parametrize(("step", "keys"), [(-1, [2, 1, 3]), (1, [1, 3, 2]), (0, [1, 2, 3])])
def test_a_stop_changes_places_with_its_neighbour(step: int, keys: list[int]) -> None:
    assert moved([1, 2, 3], 2, step) == keys
    assert moved([1, 2, 3], 1, -1) == [1, 2, 3] == moved([1, 2, 3], 3, 1)


def test_a_round_is_planned_over_working_days_and_each_visit_is_asked_for(session: Session, plan: Plan) -> None:
    firms = [firm(session, region=f"42900510{number}") for number in (3, 1, 2)]
    row = plan(firms, starts_on=FRIDAY, per_day=2)
    assert order(session, row) == [(FRIDAY, 0, firms[1].id), (FRIDAY, 1, firms[2].id), (MONDAY, 0, firms[0].id)]
    asked = session.scalars(select(FirmRequest)).all()
    assert {(one.kind, one.title, one.due_on) for one in asked} == {("visit", "三季度走访", None)}
    db.commit(session)
    kinds = sorted(
        event.type for event in session.scalars(select(JournalEvent).where(JournalEvent.actor_kind == "officer"))
    )
    assert kinds == ["enterprise.asked"] * 3 + ["visit_round.planned"]


def test_firms_visited_lately_are_left_out_unless_there_is_a_reason(session: Session, plan: Plan) -> None:
    seen, fresh = firm(session), firm(session)
    plan([seen])
    row = plan([seen, fresh])
    assert [stop[2] for stop in order(session, row)] == [fresh.id]
    with pytest.raises(Invalid, match="先选择"):
        plan([seen])
    assert len(order(session, plan([seen], reason="安全生产专项"))) == 1


def test_stops_move_within_a_day_and_to_another(
    session: Session, plan: Plan, now: datetime, actor: Callable[..., Actor]
) -> None:
    officer, firms = actor(), [firm(session) for _ in range(4)]
    row = plan(firms)
    (first, _), (second, _), (third, _), _last = list_stops(session, row.id)
    move_stop(session, actor=officer, now=now, round=row, stop_id=second.id, given=MoveStop(step=-1))
    assert [(first.ordinal), (second.ordinal)] == [1, 0]
    move_stop(session, actor=officer, now=now, round=row, stop_id=second.id, given=MoveStop(day=FRIDAY))
    assert (second.planned_on, second.ordinal, first.ordinal, third.ordinal) == (FRIDAY, 2, 0, 0)
    with pytest.raises(Forbidden):
        move_stop(session, actor=actor("leader"), now=now, round=row, stop_id=first.id, given=MoveStop(step=1))
    with pytest.raises(NotFound):
        move_stop(session, actor=officer, now=now, round=row, stop_id=10**6, given=MoveStop(step=1))


def test_a_visit_ticks_off_and_a_closed_round_withdraws_the_rest(
    session: Session, plan: Plan, now: datetime, actor: Callable[..., Actor]
) -> None:
    officer, firms = actor(), [firm(session) for _ in range(4)]
    row = plan(firms)
    call, visit = (LogVisit(manner=manner, text="看了车间") for manner in ("call", "visit"))  # type: ignore[arg-type]
    log_visit(session, actor=officer, now=now, enterprise=firms[0], given=call)
    assert progress_of(session, [row.id])[row.id].seen == 0
    log_visit(session, actor=officer, now=now, enterprise=firms[0], given=visit)
    stops = {stop.enterprise_id: stop for stop, _firm in list_stops(session, row.id)}
    skip_stop(session, actor=officer, now=now, round=row, stop_id=stops[firms[1].id].id, given=SkipStop(reason="停产"))
    with pytest.raises(Conflict):
        skip_stop(session, actor=officer, now=now, round=row, stop_id=stops[firms[0].id].id, given=SkipStop(reason="x"))
    progress = progress_of(session, [row.id])[row.id]
    assert (progress.stops, progress.seen, progress.skipped, progress.left) == (4, 1, 1, 2)
    close_round(session, actor=officer, now=now, round=row)
    by_firm = {one.enterprise_id: one.outcome for one in session.scalars(select(FirmRequest))}
    assert [by_firm[one.id] for one in firms] == ["answered", "withdrawn", "withdrawn", "withdrawn"]
    with pytest.raises(Conflict):
        close_round(session, actor=officer, now=now, round=row)
    with pytest.raises(Conflict):
        move_stop(session, actor=officer, now=now, round=row, stop_id=stops[firms[2].id].id, given=MoveStop(step=1))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"starts_on": date(2021, 6, 29)}, "starts_on"),
        ({"officer_id": 10**6}, "officer_id"),
        ({"days": 1, "per_day": 1}, "days"),
    ],
)
def test_what_a_round_needs(session: Session, plan: Plan, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan([firm(session), firm(session)], **given)
    assert field in refused.value.fields


def test_rounds_are_seen_by_whoever_sees_their_region(
    session: Session, plan: Plan, actor: Callable[..., Actor]
) -> None:
    row = plan([firm(session)])
    assert get_round_visible_to(session, actor("leader"), row.id) is row
    with pytest.raises(NotFound):
        get_round_visible_to(session, actor("leader", "429006"), row.id)
    viewer = Viewer(session, actor("leader"), THURSDAY)
    assert ROUNDS.page(viewer, RoundFilter()).items == [row]
    assert ROUNDS.page(viewer, RoundFilter(closed=True)).items == []
    with pytest.raises(Forbidden):
        plan([firm(session, region="429006001")])


def test_queries_do_not_grow_with_the_firms(session: Session, plan: Plan, count_queries: Callable[[], object]) -> None:
    numbers = count()

    def queries(n: int) -> int:
        firms = [firm(session, name=f"企业{next(numbers)}") for _ in range(n)]
        row = plan(firms, days=40, per_day=20)
        round_id = row.id
        session.flush()
        session.expunge_all()
        with count_queries() as sent:  # type: ignore[attr-defined]
            list_stops(session, round_id)
            progress_of(session, [round_id])
        return len(sent)

    assert queries(3) == queries(60) == 2
    assert session.scalars(select(VisitStop.id)).all()
