"""Lists of people and rounds offer exactly what can be chosen, and the server refuses what they do not offer."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from sqlalchemy.orm import Session

from app.cases.service.assigning import get_assignable
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from app.kit.errors import Invalid
from app.programmes.models import ProgrammeRound
from tests.factories.cases import firm
from tests.support import people
from tests.support.client import Client

SignIn = Callable[..., Client]
YEAR = today(utc_now()).year
HTE, SME = "high-tech-enterprise", "technology-sme"


class _Options(HTMLParser):
    def __init__(self, select: str) -> None:
        super().__init__()
        self.select, self.within, self.found = select, False, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "select":
            self.within = given.get("name") == self.select
        elif tag == "option" and self.within and given.get("value"):
            self.found.append(given["value"] or "")


def offered(page: str, select: str) -> set[str]:
    """The values that a list of the page offers."""
    parser = _Options(select)
    parser.feed(page)
    return set(parser.found)


@pytest.fixture
def staff(session: Session) -> dict[str, Actor]:
    """Officers of every kind: the county's, one township's, another county's, the whole province's, a leader, the tax department's."""
    return {
        "county": people.officer(session),
        "head": people.officer(session, role="section_head"),
        "township": people.officer(session, region="429005001"),
        "elsewhere": people.officer(session, region="429004"),
        "province": people.officer(session, role="administrator", region=""),
        "leader": people.officer(session, role="leader"),
        "tax": people.department(session, "tax"),
    }


def ids(staff: dict[str, Actor], *names: str) -> set[str]:
    return {str(staff[name].id) for name in names}


def plan_page(client: Client, *firms: Enterprise) -> str:
    return client.post_form("/visits/rounds/new", {"which": "ticked", "firm": [one.uscc for one in firms]}).text


def test_who_goes_is_whoever_may_visit_every_chosen_firm(
    sign_in: SignIn, session: Session, staff: dict[str, Actor]
) -> None:
    here, there = firm(session), firm(session, region="429005102")
    client = sign_in()
    own = offered(plan_page(client, here), "officer_id")
    assert own >= ids(staff, "county", "head", "township", "province")
    assert not own & ids(staff, "elsewhere", "leader", "tax")
    both = offered(plan_page(client, here, there), "officer_id")
    assert both >= ids(staff, "county", "head", "province") and not both & ids(staff, "township")


def test_a_round_is_not_given_to_somebody_who_may_not_visit_its_firms(
    sign_in: SignIn, session: Session, staff: dict[str, Actor]
) -> None:
    one = firm(session)
    given = {
        "firms": str(one.id),
        "title": "走访",
        "starts_on": today(utc_now()).isoformat(),
        "days": "3",
        "per_day": "5",
    }
    client = sign_in()
    for name in ("elsewhere", "leader", "tax"):
        answer = client.post_form("/visits/rounds", given | {"officer_id": str(staff[name].id)})
        assert answer.status_code == 422 and "请从列表中选择" in answer.text
    assert client.post_form("/visits/rounds", given | {"officer_id": str(staff["township"].id)}).status_code == 303


def test_lists_of_requests_and_visits_are_narrowed_by_any_officer(sign_in: SignIn, staff: dict[str, Actor]) -> None:
    client, readers = sign_in(), ids(staff, "county", "head", "township", "leader")
    assert offered(client.get("/requests").text, "officer") >= readers
    assert offered(client.get("/visits").text, "officer") >= readers


def test_a_case_is_offered_to_those_who_may_lead_it_and_refused_to_others(
    sign_in: SignIn, session: Session, staff: dict[str, Actor]
) -> None:
    one, client = firm(session, region="429005102"), sign_in()
    found = offered(client.get(f"/cases/new?enterprise={one.uscc}").text, "officer_id")
    assert found >= ids(staff, "county", "head", "province")
    assert not found & ids(staff, "township", "elsewhere", "leader", "tax")
    assert not offered(client.get("/cases").text, "officer") & ids(staff, "leader", "tax")
    for name in ("leader", "tax"):
        with pytest.raises(Invalid, match="不是经办人员"):
            get_assignable(session, staff[name].id, one)


def test_rounds_are_those_of_the_chosen_programme_and_year(sign_in: SignIn, session: Session) -> None:
    session.add_all(
        ProgrammeRound(
            programme_code=code, year=year, code=f"t-{year}", title_zh="测试批次", title_en="A round", origin="bureau"
        )
        for code in (HTE, SME)
        for year in (YEAR, YEAR - 1)
    )
    client = sign_in()
    blank = client.get("/cases/new").text
    assert offered(blank, "round") == set() and "先选通道和年度" in blank
    assert f"{YEAR}/t-{YEAR}" in offered(client.get(f"/cases/new?programme={HTE}").text, "round")
    chosen = client.get(f"/cases/new/choices?programme={SME}&year={YEAR - 1}&round={YEAR - 1}/t-{YEAR - 1}").text
    assert f"{YEAR - 1}/t-{YEAR - 1}" in offered(chosen, "round")
    assert not [one for one in offered(chosen, "round") if not one.startswith(f"{YEAR - 1}/")]
    assert re.search(rf'value="{YEAR - 1}/t-{YEAR - 1}" selected', chosen)
    for query in ("programme=none&year=2021", "programme=&year=", "year=20x1", "programme=%00&year=99999999999999"):
        assert offered(client.get(f"/cases/new/choices?{query}").text, "round") == set()


def test_a_round_of_another_programme_is_refused(sign_in: SignIn, session: Session) -> None:
    session.add(
        ProgrammeRound(
            programme_code=SME, year=YEAR, code="only-sme", title_zh="批次", title_en="Round", origin="bureau"
        )
    )
    one = firm(session)
    given = {"uscc": one.uscc, "programme": HTE, "year": str(YEAR), "round": f"{YEAR}/only-sme"}
    answer = sign_in().submit("/cases/new", given, to="/cases/new")
    assert answer.status_code == 422 and 'id="e-round"' in answer.text
