"""Which step a partner's decision is, and what goes with it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.exchange.domain import PartnerDecision, PartnerDefinition
from app.kit.errors import Conflict
from app.kit.i18n import _

#: What the reason of a step and an item to correct may hold.
LONGEST_TEXT = 500
#: Lines of a text that are taken for as many items.
MOST_LINES = 30


class RepeatedDecisionError(Conflict):
    """The decision that brought the case into its stage comes once more, under another receipt."""


@dataclass(frozen=True)
class PassedStage:
    """A stage that a case entered: by which step, on which day, and whether a partner's decision was that step."""

    stage: str
    action: str
    on: date
    by_partner: bool


def step_of(
    definition: PartnerDefinition, programme: str, passages: Sequence[PassedStage], decision: PartnerDecision, on: date
) -> str:
    """The code of the step that enters `decision` on a case that went through `passages`, the last its present stage.

    Raises `Conflict` where the stage waits for no such decision, `RepeatedDecisionError` where this one has been entered.
    """
    *earlier, present = passages
    entered = present.by_partner and present.on == on
    if entered and _step(definition, programme, earlier[-1].stage, decision) == present.action:
        raise RepeatedDecisionError("decision.repeated", _("这项决定已经登记过。"))
    step = _step(definition, programme, present.stage, decision)
    if step is None:
        raise Conflict("decision.not_awaited", _("该件现在的阶段不等待对方的这项决定。"))
    return step


def _step(definition: PartnerDefinition, programme: str, stage: str, decision: PartnerDecision) -> str | None:
    rule = definition.rule_for(programme, stage)
    return rule.step_for(decision) if rule else None


def reason_of(text: str) -> str:
    """The partner's text as the reason of a step, which may be shorter: then it says where the whole text is."""
    text = text.strip() or _("对方未附理由")
    ending = _("……（全文见回执）")
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(ending)] + ending


def remarks_of(text: str) -> Iterator[str]:
    """The partner's text as items to correct: one a line, a text of very many lines in pieces; nothing of it is lost."""
    text = text.strip() or _("对方未附理由")
    lines = [line.strip() for line in text.splitlines()]
    for line in lines if len(lines) <= MOST_LINES else [text]:
        for start in range(0, len(line), LONGEST_TEXT):
            yield line[start : start + LONGEST_TEXT]
