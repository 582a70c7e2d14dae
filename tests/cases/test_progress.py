"""What a case looks like from outside."""

from datetime import date

from app.cases.domain.progress import Passage, public_status, stage_steps
from app.kit.i18n import use_locale
from tests.support.seeds import programmes

PROGRAMME = next(each for each in programmes() if each.code == "high-tech-enterprise")


def passages(*stages):
    return [Passage(stage, date(2021, 1, 1 + index)) for index, stage in enumerate(stages)]


def states(*stages):
    return {step.code: step.state for step in stage_steps(PROGRAMME, passages(*stages))}


def test_before_at_and_after_the_present_stage():
    found = states("pool", "intent", "preparation")
    assert (found["pool"], found["intent"], found["preparation"], found["filing"]) == (
        "done",
        "done",
        "current",
        "upcoming",
    )
    assert found["certified"] == "upcoming"


def test_the_bar_shows_how_far_a_detour_had_come():
    status = public_status(PROGRAMME, passages("pool", "intent", "preparation", "filing", "review", "correction"))
    assert status.detour
    assert status.turn == "enterprise"
    assert {step.code: step.state for step in status.steps}["review"] == "done"
    assert "补正" in str(status.wording)


def test_a_step_back_makes_the_later_stage_upcoming_again():
    found = states("pool", "intent", "preparation", "filing", "preparation")
    assert (found["preparation"], found["filing"]) == ("current", "upcoming")


def test_an_ended_case_has_nothing_upcoming():
    status = public_status(PROGRAMME, passages("pool", "intent", "withdrawn"))
    assert status.ended and status.outcome == "withdrawn"
    assert {step.state for step in status.steps} == {"done", "skipped"}


def test_done_and_coming_stages_speak_differently():
    steps = {step.code: step for step in stage_steps(PROGRAMME, passages("pool", "intent"))}
    assert str(steps["intent"].wording) == "已确认申报意向，请先做自我评价"
    assert str(steps["review"].wording) == "市科技局审查"
    assert steps["intent"].reached_on == date(2021, 1, 2)
    assert steps["review"].reached_on is None
    with use_locale("en"):
        assert str(steps["review"].wording) == "Review by the bureau"
