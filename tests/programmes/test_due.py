"""Due rules give a legal day, or say that nobody has set it yet."""

from datetime import date

import pytest

from app.programmes.domain.due import (
    BeforeCutoff,
    Moment,
    OnMonthDay,
    SetByOfficer,
    WorkingDaysAfter,
    due_on,
)
from app.reference.calendar import STATUTORY

MOMENT = Moment(
    year=2021,
    opened_on=date(2021, 3, 1),
    entered_on=date(2021, 9, 28),
    submitted_on=None,
    province_cutoff_on=date(2021, 10, 29),
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (OnMonthDay(rule="month-day", month_day="11-30"), date(2021, 11, 30)),
        (OnMonthDay(rule="month-day", month_day="05-31", years_later=1), date(2022, 5, 31)),
        (OnMonthDay(rule="month-day", month_day="02-29"), date(2021, 2, 28)),
        (OnMonthDay(rule="month-day", month_day="02-29", years_later=3), date(2024, 2, 29)),
        # 1 to 7 October are off in 2021, 26 September and 9 October are worked
        (WorkingDaysAfter(rule="working-days-after", days=10, event="entry"), date(2021, 10, 18)),
        (WorkingDaysAfter(rule="working-days-after", days=1, event="opening"), date(2021, 3, 2)),
        (WorkingDaysAfter(rule="working-days-after", days=0, event="entry"), date(2021, 9, 28)),
        (WorkingDaysAfter(rule="working-days-after", days=5, event="submission"), None),
        (BeforeCutoff(rule="before-cutoff", cutoff="province"), date(2021, 10, 29)),
        (BeforeCutoff(rule="before-cutoff", cutoff="province", days=3), date(2021, 10, 26)),
        (BeforeCutoff(rule="before-cutoff", cutoff="bureau", days=3), None),
        (SetByOfficer(rule="set-by-officer"), None),
    ],
)
def test_due_days(rule, expected):
    assert due_on(rule, MOMENT, STATUTORY.add) == expected
