"""The firm rates the service once, when its case is over."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.cases.oversight.domain.rating import is_bad, may_rate
from app.cases.oversight.schemas import RateService
from app.cases.oversight.service.rating import rate_service
from app.journal.queries import timeline
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, NotFound
from tests.factories.cases import firm, led_to, opened
from tests.support import people

GIVEN = RateService(grade=2, items=["efficiency", "platform"], remark="补正通知来得晚（示例）")


def test_a_finished_case_is_rated_once(session: Session, actor: Callable[..., Actor], now: datetime) -> None:
    case = led_to(session, actor(role="section_head"), now, "certified")
    person = people.enterprise_user(session, enterprise_id=case.enterprise_id)
    row = rate_service(session, actor=person, now=now, number=case.number, command=GIVEN)
    assert (row.grade, row.items, row.by_name) == (2, ["efficiency", "platform"], person.name)
    db.commit(session)
    (event, *_older) = timeline(session, kind="case", id=case.number)
    assert (event.type, event.data["grade"]) == ("case.service_rated", 2)
    with pytest.raises(Conflict, match="只评价一次"):
        rate_service(session, actor=person, now=now, number=case.number, command=GIVEN)


def test_an_open_case_is_not_rated(session: Session, actor: Callable[..., Actor], now: datetime) -> None:
    case = opened(session, actor(), now).row
    person = people.enterprise_user(session, enterprise_id=case.enterprise_id)
    with pytest.raises(Conflict, match="办结后才能评价"):
        rate_service(session, actor=person, now=now, number=case.number, command=GIVEN)


def test_only_the_firms_own_people_rate_and_readers_do_not(
    session: Session, actor: Callable[..., Actor], now: datetime
) -> None:
    head = actor(role="section_head")
    case = led_to(session, head, now, "certified")
    with pytest.raises(Forbidden):
        rate_service(session, actor=head, now=now, number=case.number, command=GIVEN)
    reader = people.enterprise_user(session, enterprise_id=case.enterprise_id, role="reader")
    with pytest.raises(Forbidden):
        rate_service(session, actor=reader, now=now, number=case.number, command=GIVEN)
    stranger = people.enterprise_user(session, enterprise_id=firm(session).id)
    with pytest.raises(NotFound):
        rate_service(session, actor=stranger, now=now, number=case.number, command=GIVEN)


@pytest.mark.parametrize("given", [{"grade": 0}, {"grade": 6}, {"grade": 5, "items": ["price"]}, {}])
def test_there_are_five_grades_and_four_aspects(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RateService.model_validate(given)


def test_bad_grades_are_followed_up_and_withdrawn_cases_are_not_rated() -> None:
    assert [grade for grade in range(1, 6) if is_bad(grade)] == [1, 2]
    assert may_rate("finished", rated=False) and may_rate("rejected", rated=False)
    assert not may_rate("withdrawn", rated=False) and not may_rate("finished", rated=True)
