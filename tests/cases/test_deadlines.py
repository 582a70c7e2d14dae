"""A round's cut-off ends at 24:00 in Shanghai: the last second is in time, the next one is not, wherever the server is."""

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import select

from app.cases.models import CaseClock
from app.cases.schemas import TakeStep
from app.cases.service.clocks import give_lengths
from app.cases.service.moving import take_step
from app.kit.clock import end_of_day
from app.kit.errors import Invalid
from app.programmes.models import ProgrammeRound, ProgrammeSetting
from tests.factories import cases
from tests.factories.supplies import supply
from tests.support import people

CUTOFF = date(2021, 10, 31)


@pytest.fixture
def filing(session, now):
    """A case in a round with a cut-off, with everything that its submission needs."""
    head = people.officer(session, role="section_head")
    row = session.scalars(
        select(ProgrammeRound).where(
            ProgrammeRound.programme_code == cases.PROGRAMME,
            ProgrammeRound.year == 2021,
            ProgrammeRound.code == "rolling",
        )
    ).one()
    row.bureau_cutoff_on = CUTOFF
    session.flush()
    case = cases.led_to(session, head, now, "filing", round="rolling")
    supply(session, head, now, case, "submit")
    return case, people.enterprise_user(session, enterprise_id=case.enterprise_id)


def submit(session, who, at, case, **given):
    command = TakeStep(action="submit", version=case.version, **given)
    return take_step(session, actor=who, now=at, number=case.number, command=command)


def test_the_last_second_of_the_day_is_in_time(session, filing):
    case, firm = filing
    last = end_of_day(CUTOFF) - timedelta(seconds=1)
    assert last.tzinfo is UTC and last.isoformat() == "2021-10-31T15:59:59+00:00"
    assert submit(session, firm, last, case).submitted_on == CUTOFF


def test_the_first_second_of_the_next_day_is_not(session, filing):
    case, firm = filing
    with pytest.raises(Invalid, match="2021-10-31 24:00") as refused:
        submit(session, firm, end_of_day(CUTOFF), case)
    assert refused.value.code == "case.action.day" and "on" in refused.value.fields


def test_what_happened_in_time_may_be_recorded_later(session, filing):
    """An officer enters on the next day what was handed in on paper the day before."""
    case, _firm = filing
    head = people.officer(session, role="section_head")
    assert submit(session, head, end_of_day(CUTOFF), case, on=CUTOFF).submitted_on == CUTOFF


def test_a_corrected_submission_is_not_held_to_the_cut_off(session, filing):
    case, firm = filing
    head = people.officer(session, role="section_head")
    case = submit(session, firm, end_of_day(CUTOFF) - timedelta(days=1), case)
    late = end_of_day(CUTOFF) + timedelta(days=10)
    case = cases.step(session, head, late, case, "return", reason="缺页")
    assert cases.step(session, head, late, case, "resubmit").stage == "review"


def test_a_clock_begun_without_a_length_gets_the_one_set_later(session, now):
    head = people.officer(session, role="section_head")
    case = cases.led_to(session, head, now, "review")
    clock = session.scalars(select(CaseClock).where(CaseClock.case_id == case.id, CaseClock.code == "review")).one()
    assert (clock.working_days, clock.due_on, clock.running_since) == (None, None, date(2021, 6, 30))
    session.add(
        ProgrammeSetting(
            programme_code=cases.PROGRAMME,
            kind="clock",
            key="review",
            value="10",
            effective_on=date(2021, 6, 1),
            document="潜科文〔2021〕9号（示例）",
            recorded_at=now,
            recorded_by="示例",
        )
    )
    session.flush()
    assert give_lengths(session, programme=cases.PROGRAMME, now=now) == 1
    assert (clock.working_days, clock.due_on) == (10, date(2021, 7, 14))
    case = cases.step(session, head, now + timedelta(days=2), case, "return", reason="缺页")
    session.refresh(clock)
    assert (clock.running_since, clock.used_days, clock.due_on) == (None, 2, None)
    case = cases.step(session, head, now + timedelta(days=12), case, "resubmit")
    session.refresh(clock)
    assert (clock.running_since, clock.due_on) == (date(2021, 7, 12), date(2021, 7, 22))
