"""Which verdicts a step keeps with its case."""

from app.programmes.domain.definition import Programme, StageAction


def verdicts_kept(programme: Programme, action: StageAction) -> tuple[str, ...]:
    """The codes of the policies whose verdict is kept at this step.

    That which the step looks at; and where the case is submitted, recommended or decided, all of its programme.
    """
    guard = action.needs.verdict
    looked_at = (guard.policy,) if guard else ()
    return tuple(dict.fromkeys((*looked_at, *(programme.policies if _is_decisive(programme, action) else ()))))


def _is_decisive(programme: Programme, action: StageAction) -> bool:
    stage = programme.stage(action.to)
    decided = stage.outcome in {"finished", "rejected"}
    return "submit" in action.effects or "recommended" in stage.counts_as or decided
