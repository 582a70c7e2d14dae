"""For how many days a check that found nothing still counts: set by the bureau from a day on, for its place."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor, Role
from app.kit.errors import Forbidden, Invalid
from app.policies.domain.facts.catalogue import FactKey
from app.policies.queries import get_catalogue
from app.policies.schemas import PolicySettingInput, StatementInput
from app.policies.service.check_days import set_check_days, withdraw_check_days
from app.policies.service.fact_sources import gather
from app.policies.service.statements import state_fact
from app.policies.whatif.register import load, refreshed
from tests.factories.enterprises import firm
from tests.support.client import Client

MakeActor = Callable[..., Actor]
SignIn = Callable[..., Client]

NOW = datetime(2021, 7, 1, 1, 0, tzinfo=UTC)
CHECKED = date(2021, 6, 1)
ACCIDENT = FactKey("accident_in_last_year")


@pytest.fixture
def checked(session: Session) -> Enterprise:
    """A firm of which the departments said on 1 June that nothing had happened."""
    one = firm(session, "楚泽牛磺酸")
    data = StatementInput(fact_code=ACCIDENT.code, year=None, value=False, stated_on=CHECKED, source="复函（示例）")
    state_fact(session, actor=SYSTEM, enterprise=one, data=data, now=NOW)
    return one


@pytest.fixture
def head(actor: MakeActor) -> Actor:
    return actor(role=Role.SECTION_HEAD)


def put(session: Session, actor: Actor, days: str, on: date = date(2021, 1, 1)) -> int:
    data = PolicySettingInput(name="check_days", value=days, effective_from=on, document="局务会纪要（示例）")
    return set_check_days(session, actor=actor, data=data, now=NOW).id


def counts(session: Session, one: Enterprise, on: date) -> bool:
    return ACCIDENT in gather(session, get_catalogue(session), one.id, on).facts.known


def test_it_counts_for_its_day_and_as_many_more_as_are_set(session: Session, checked: Enterprise, head: Actor) -> None:
    assert counts(session, checked, CHECKED)
    assert not counts(session, checked, date(2021, 6, 2))
    number = put(session, head, "29")
    assert counts(session, checked, date(2021, 6, 30))
    assert not counts(session, checked, date(2021, 7, 1))
    withdraw_check_days(session, actor=head, setting_id=number, now=NOW)
    assert not counts(session, checked, date(2021, 6, 2))


def test_it_is_set_for_applications_from_a_day_on(session: Session, checked: Enterprise, head: Actor) -> None:
    put(session, head, "30", date(2021, 6, 10))
    assert not counts(session, checked, date(2021, 6, 9))
    assert counts(session, checked, date(2021, 6, 10))


def test_it_is_set_for_a_place(session: Session, checked: Enterprise, actor: MakeActor) -> None:
    put(session, actor(role=Role.SECTION_HEAD, region="420502"), "30")
    assert not counts(session, checked, date(2021, 6, 10))


@pytest.mark.parametrize("days", ["-1", "365", "2.5", "soon"])
def test_a_number_of_days_that_is_none_is_refused(session: Session, head: Actor, days: str) -> None:
    with pytest.raises(Invalid):
        put(session, head, days)


def test_only_a_head_sets_it_and_the_journal_says_so(session: Session, actor: MakeActor, head: Actor) -> None:
    with pytest.raises(Forbidden):
        put(session, actor(), "30")
    put(session, head, "30")
    db.commit(session)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "policy.parameter_set")).one()
    assert event.changes["setting"][1].endswith("30 天（2021-01-01 起，局务会纪要（示例））")


def test_a_register_kept_for_what_if_is_read_anew(session: Session, checked: Enterprise, head: Actor) -> None:
    db.commit(session)
    kept = load(session, "", date(2021, 6, 10))
    put(session, head, "30")
    db.commit(session)
    fresh = refreshed(session, kept)
    assert ACCIDENT not in kept.columns.known
    assert ACCIDENT in fresh.columns.known


def test_the_page_sets_and_takes_back(sign_in: SignIn) -> None:
    client = sign_in(role=Role.SECTION_HEAD)
    form = {"name": "check_days", "value": "30", "effective_from": "2021-01-01", "document": "局务会纪要（示例）"}
    address = "/policies/check-days"
    assert client.submit(address, form | {"value": "400"}).status_code == 422
    page = client.submit(address, form, follow=True)
    assert page.status_code == 200 and "30 天" in page.text
    assert client.submit(address, to="/withdraw").status_code == 303
    assert "由市局设定，尚未设定" in client.get(address).text
    assert "设定新值" not in sign_in().get(address).text
