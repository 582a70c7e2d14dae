"""What a step does to the clocks of its programme, read from the file alone."""

from collections.abc import Iterator
from typing import Literal

from app.programmes.domain.check_parts import stages_after
from app.programmes.domain.definition import Clock, Programme, StageAction

ClockEffect = Literal["starts", "ends", "stops", "resumes"]


def clock_effects(programme: Programme, action: StageAction) -> Iterator[tuple[Clock, ClockEffect]]:
    """The clocks that `action` starts, ends, brings to a halt or lets run again, in the order of the file."""
    for clock in programme.clocks:
        effect = _effect(programme, clock, action)
        if effect:
            yield clock, effect


def _effect(programme: Programme, clock: Clock, action: StageAction) -> ClockEffect | None:
    counting = [code for code in action.from_ if code in _stages_within(programme, clock)]
    if action.to in clock.ends_at:
        return "ends" if counting else None
    if not counting:
        return "starts" if action.to in clock.starts_at else None
    runs_then = programme.stage(action.to).turn in clock.runs_while
    ran_before = {programme.stage(code).turn in clock.runs_while for code in counting}
    if runs_then and ran_before == {False}:
        return "resumes"
    return "stops" if not runs_then and True in ran_before else None


def _stages_within(programme: Programme, clock: Clock) -> set[str]:
    """The stages in which the clock has started and not ended."""
    ends = frozenset(clock.ends_at)
    return {code for start in clock.starts_at for code in (start, *stages_after(programme, start, ends))} - ends
