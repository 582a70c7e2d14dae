"""What is missing for the next step: one list, shown by every door, each item with the place where it is supplied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.kit.i18n import Bilingual
from app.programmes.domain.definition import Programme, StageAction

GapKind = Literal["milestone", "unmet", "unknown", "rights"]


@dataclass(frozen=True)
class Gap:
    """Something missing. `blocking` ones must be supplied before the step, the others should be."""

    kind: GapKind
    blocking: bool = False
    code: str = ""
    title: Bilingual | None = None
    count: int = 1


@dataclass(frozen=True)
class VerdictTally:
    """How many conditions of the policy are not met and how many wait for facts."""

    unmet: int
    unknown: int


def next_action(programme: Programme, stage: str) -> StageAction | None:
    """The step on the smooth run out of `stage`, whoever may take it."""
    return next((action for action in programme.actions_from(stage) if action.weight == "main"), None)


def gaps_before(
    programme: Programme,
    action: StageAction,
    open_milestones: Sequence[tuple[str, Bilingual]],
    verdict: VerdictTally | None,
    *,
    rights_on_file: bool,
    rights_chosen: bool,
) -> tuple[Gap, ...]:
    """What is missing before `action`; `open_milestones` are (code, title) of those not done."""
    due_by_now = _made_on_the_way(programme, action)
    found = [Gap("milestone", code=code, title=title) for code, title in open_milestones if code in due_by_now]
    if "submit" in action.effects and programme.uses_class_two and rights_on_file and not rights_chosen:
        found.append(Gap("rights"))
    guard = action.needs.verdict
    if guard and verdict:
        blocking = guard.mode == "require"
        if verdict.unmet:
            found.append(Gap("unmet", blocking, count=verdict.unmet))
        if verdict.unknown:
            found.append(Gap("unknown", blocking, count=verdict.unknown))
    return tuple(sorted(found, key=lambda gap: not gap.blocking))


def _made_on_the_way(programme: Programme, action: StageAction) -> set[str]:
    """The milestones that belong before `action`: made at the opening or in a stage that the step leaves behind."""
    main = [stage.code for stage in programme.main_path]
    behind = {code for code in main if action.to in main and main.index(code) < main.index(action.to)}
    behind |= set(action.from_) | {"opening"}
    return {template.code for template in programme.milestones if template.made_at in behind}
