"""Which step a partner's decision is; without a database."""

from datetime import date

import pytest

from app.exchange.catalogue import partner_definition
from app.exchange.decisions.domain import (
    LONGEST_TEXT,
    MOST_LINES,
    PassedStage,
    RepeatedDecisionError,
    reason_of,
    remarks_of,
    step_of,
)
from app.exchange.domain import PartnerDecision
from app.kit.errors import Conflict

PROGRAMME = "high-tech-enterprise"
ON = date(2021, 6, 21)


def passages(*stages: tuple[str, str, bool]) -> list[PassedStage]:
    """(stage, step into it, by the partner), all entered on 21 June."""
    return [PassedStage(stage, action, ON, by_partner) for stage, action, by_partner in stages]


REVIEWED = passages(("review", "submit", False), ("recommended", "recommend", False))


@pytest.mark.parametrize(
    ("decision", "step"), [("requested", "return"), ("accepted", "to-joint-review"), ("rejected", "reject")]
)
def test_the_definition_names_the_step(decision: str, step: str) -> None:
    assert step_of(partner_definition(), PROGRAMME, REVIEWED, PartnerDecision(decision), ON) == step


def test_a_stage_of_the_bureau_waits_for_no_decision() -> None:
    with pytest.raises(Conflict) as refused:
        step_of(partner_definition(), PROGRAMME, REVIEWED[:1], PartnerDecision.ACCEPTED, ON)
    assert refused.value.code == "decision.not_awaited"


def test_the_same_decision_of_the_same_day_is_not_the_next_one() -> None:
    entered = [*REVIEWED, *passages(("joint-review", "to-joint-review", True))]
    with pytest.raises(RepeatedDecisionError):
        step_of(partner_definition(), PROGRAMME, entered, PartnerDecision.ACCEPTED, ON)
    assert (
        step_of(partner_definition(), PROGRAMME, entered, PartnerDecision.ACCEPTED, date(2021, 6, 22)) == "to-experts"
    )
    assert step_of(partner_definition(), PROGRAMME, entered, PartnerDecision.REJECTED, ON) == "reject"


def test_a_step_of_an_officer_is_no_decision_entered() -> None:
    entered = [*REVIEWED, *passages(("joint-review", "to-joint-review", False))]
    assert step_of(partner_definition(), PROGRAMME, entered, PartnerDecision.ACCEPTED, ON) == "to-experts"


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("补审计报告\n\n  补证明 ", ["补审计报告", "补证明"]),
        ("长" * (LONGEST_TEXT + 1), ["长" * LONGEST_TEXT, "长"]),
        (" ", ["对方未附理由"]),
    ],
)
def test_each_line_is_one_thing_to_correct(text: str, remarks: list[str]) -> None:
    assert list(remarks_of(text)) == remarks


def test_very_many_lines_stay_together_and_nothing_is_lost() -> None:
    text = "\n".join(f"第{n}条" for n in range(MOST_LINES * 10))
    assert len(list(remarks_of(text))) < 10
    assert "".join(remarks_of(text)) == text


def test_a_reason_too_long_says_where_the_whole_text_is() -> None:
    reason = reason_of("由" * 2000)
    assert len(reason) == LONGEST_TEXT and reason.endswith("（全文见回执）")
    assert reason_of(" 不予通过 ") == "不予通过"
