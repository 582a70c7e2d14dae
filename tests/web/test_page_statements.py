"""How many statements the pages send that are opened all day, pinned at two sizes of what lies there; none is sent twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.cases.models import CaseFile, Milestone
from app.cases.opinions.models import Opinion
from app.cases.supply.models import CorrectionItem
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import today
from tests.factories import cases
from tests.factories.incentives import case_with_marker
from tests.support.client import Client
from tests.support.statements import Statement, repeated

SignIn = Callable[..., Client]
Recording = Callable[[], AbstractContextManager[list[Statement]]]

#: The most that each page may send; the numbers that one was brought down to, so that they only go down.
MOST = {
    "/cases/{number}": 25,
    "/enterprises/{uscc}": 25,
    "/": 19,
    "/portal": 28,
    "/portal/cases/{number}": 13,
}


#: How many more after a change: the events since, and for each number that is kept those of the changed firms.
KEPT = {"/": 13}


@pytest.fixture
def head(actor: Callable[..., Actor]) -> Actor:
    return actor(role="section_head")


@pytest.fixture
def case(session: Session, head: Actor, now: datetime) -> CaseFile:
    """A certification in review, with all its materials, answers and kept verdicts."""
    return cases.led_to(session, head, now, "review", officer_id=head.id)


def _more(session: Session, case: CaseFile, now: datetime, number: int) -> None:
    """So many more corrections, milestones, opinions, rights, and cases of the firm."""
    on, stem = today(now), f"extra-{number}"
    for index in range(number):
        cases.right(session, case.enterprise)
        other = case_with_marker(
            session, case.enterprise, cases.PROGRAMME, "submitted", date(1960 + number + index, 6, 1)
        )
        other.stage, other.officer_id, other.next_due_on = "review", case.officer_id, on
        told = {"case_id": case.id, "due_on": on + timedelta(days=index)}
        session.add(Milestone(**told, code=f"{stem}-{index}", title_zh="节点（示例）", title_en="Milestone"))
        session.add(
            CorrectionItem(**told, round=1, kind="other", remark="请补正（示例）", asked_by="示例", asked_at=now)
        )
        session.add(Opinion(**told, department="tax", question="示例？", asked_by_name="示例", asked_at=now))
    subject = SubjectKey("something", "1", "new", case.enterprise_id, case.enterprise.region_code)
    record(session, actor=SYSTEM, now=now, type="something.happened", subject=subject)
    session.flush()


def sent(client: Client, url: str, record_statements: Recording) -> int:
    """The statements of a page, none of them sent twice."""
    with record_statements() as statements:
        assert client.get(url).status_code == 200
    assert not repeated(statements)
    return len(statements)


def test_pages_cost_the_same_for_much_as_for_little(
    session: Session,
    sign_in: SignIn,
    new_client: Callable[[], Client],
    record_statements: Recording,
    case: CaseFile,
    now: datetime,
) -> None:
    firm, costs = case.enterprise, []
    office = sign_in(role="section_head")
    own = sign_in(enterprise_id=firm.id, client=new_client())
    for number in (0, 1, 10):  # the first look fills what the process keeps
        _more(session, case, now, number)
        found = {}
        for page in MOST:
            client, url = own if page.startswith("/portal") else office, page.format(number=case.number, uscc=firm.uscc)
            after_a_change = sent(client, url, record_statements)
            found[page] = sent(client, url, record_statements)
            assert page not in KEPT or after_a_change - found[page] <= KEPT[page], after_a_change
        costs.append(found)
    assert costs[1] == costs[2], "the number of statements depends on how much lies there"
    assert not {page: cost for page, cost in costs[2].items() if cost > MOST[page]}, costs[2]
