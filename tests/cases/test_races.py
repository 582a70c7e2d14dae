"""Many people at once: gapless numbers, one open case, one use of a right, no lost step."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select

from app.cases.models import CaseFile, ClassTwoUse
from app.cases.opinions.models import Opinion
from app.cases.opinions.schemas import AskOpinions
from app.cases.opinions.service import ask_opinions
from app.cases.schemas import ChooseRights, OpenCase, TakeStep
from app.cases.service.moving import take_step
from app.cases.service.opening import open_case
from app.cases.service.rights import choose_rights
from app.kit import db
from app.kit.errors import DomainError
from tests.factories import cases

THREADS = 8


def at_once(works: list[Callable[[Any], Any]], database) -> list[Any]:
    """What each work returns, or the refusal it raised; every work in a transaction and a thread of its own."""

    def run(work):
        try:
            with db.session_scope(database) as session:
                return work(session)
        except DomainError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, works))


def test_numbers_have_no_gap_and_no_double(database, session, actor, now):
    who = actor()
    firms = [cases.firm(session).id for _ in range(40)]
    db.commit(session)

    def opening(firm_id):
        def work(own):
            command = OpenCase(enterprise_id=firm_id, programme=cases.PROGRAMME, year=2021)
            number = open_case(own, actor=who, now=now, command=command).row.number
            if firm_id % 5 == 0:
                own.rollback()
                return None
            return number

        return work

    given = [number for number in at_once([opening(firm_id) for firm_id in firms], database) if number]
    assert sorted(given) == [f"QJ-GQ-2021-{serial:04d}" for serial in range(1, len(given) + 1)]


def test_one_open_case_however_many_ask(database, session, actor, now):
    who, firm = actor(), cases.firm(session).id
    db.commit(session)

    def work(own):
        command = OpenCase(enterprise_id=firm, programme=cases.PROGRAMME, year=2021)
        return open_case(own, actor=who, now=now, command=command).row.number

    answers = at_once([work] * THREADS, database)
    assert [answer for answer in answers if not isinstance(answer, DomainError)] == ["QJ-GQ-2021-0001"]
    assert {answer.code for answer in answers if isinstance(answer, DomainError)} == {"case.already_open"}
    assert session.scalar(select(func.count()).select_from(CaseFile)) == 1


def test_a_right_serves_one_case_however_many_ask(database, session, actor, now):
    """One firm, open cases of several years: all want the same right at the same moment."""
    who, firm = actor(), cases.firm(session)
    right = cases.right(session, firm).id
    numbers = [cases.opened(session, who, now, firm, year=year).row.number for year in range(2016, 2022)]
    db.commit(session)

    def choosing(number):
        def work(own):
            command = ChooseRights(version=1, ip_ids=[right])
            choose_rights(own, actor=who, now=now, number=number, command=command)
            return number

        return work

    answers = at_once([choosing(number) for number in numbers], database)
    assert sum(not isinstance(answer, DomainError) for answer in answers) == 1
    assert {a.code for a in answers if isinstance(a, DomainError)} <= {
        "case.rights.unavailable",
        "case.rights.taken",
    }
    active = select(func.count()).select_from(ClassTwoUse).where(ClassTwoUse.released_on.is_(None))
    assert session.scalar(active) == 1


def test_two_officers_press_two_buttons(database, session, actor, now):
    who = actor()
    case = cases.opened(session, who, now).row
    db.commit(session)

    def pressing(action):
        def work(own):
            command = TakeStep(action=action, version=1, reason="理由")
            return take_step(own, actor=who, now=now, number=case.number, command=command).stage

        return work

    answers = at_once([pressing("confirm-intent"), pressing("withdraw")] * 3, database)
    assert sum(not isinstance(answer, DomainError) for answer in answers) == 1
    assert {a.code for a in answers if isinstance(a, DomainError)} <= {"case.stale", "case.closed"}


def test_a_department_is_asked_once_however_many_ask(database, session, actor, now):
    who, number = actor(), cases.opened(session, actor("section_head"), now).row.number
    db.commit(session)

    def work(own):
        command = AskOpinions(departments=["tax"], question="有无欠税？")
        return ask_opinions(own, actor=who, now=now, number=number, command=command)[0].department

    assert at_once([work] * THREADS, database).count("tax") == 1
    assert session.scalar(select(func.count()).select_from(Opinion)) == 1
