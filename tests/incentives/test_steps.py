"""The order, amounts and days of the steps, without a database."""

from datetime import date

import pytest

from app.incentives.domain import steps
from app.incentives.domain.steps import IncentiveState
from app.kit.errors import Conflict, Invalid


def test_steps_follow_their_order() -> None:
    path = [IncentiveState.ELIGIBLE, IncentiveState.RECOMMENDED, IncentiveState.AWARDED, IncentiveState.PAID]
    for here in path:
        for there in path:
            if path.index(there) == path.index(here) + 1:
                steps.check_step(here, there)
                assert steps.previous_state(there) is here
            else:
                with pytest.raises(Conflict):
                    steps.check_step(here, there)


def test_an_award_and_a_payment_state_a_positive_amount() -> None:
    steps.check_amount(IncentiveState.RECOMMENDED, None)
    steps.check_amount(IncentiveState.AWARDED, 1)
    for step in (IncentiveState.AWARDED, IncentiveState.PAID):
        with pytest.raises(Invalid):
            steps.check_amount(step, None)
    with pytest.raises(Invalid):
        steps.check_amount(IncentiveState.RECOMMENDED, 0)


def test_no_more_is_paid_than_was_awarded() -> None:
    steps.check_paid_within_award(100, 100)
    with pytest.raises(Invalid):
        steps.check_paid_within_award(100, 101)


def test_a_step_lies_between_the_one_before_and_today() -> None:
    first, today = date(2021, 6, 1), date(2021, 6, 30)
    steps.check_day(first, first, today)
    steps.check_day(today, first, today)
    for bad in (date(2021, 5, 31), date(2021, 7, 1)):
        with pytest.raises(Invalid):
            steps.check_day(bad, first, today)
