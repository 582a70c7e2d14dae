"""What a case looks like from outside: the stages done, the present one, those to come, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.kit.i18n import Bilingual
from app.programmes.domain.definition import Programme, Turn


@dataclass(frozen=True)
class Passage:
    """A case entered `stage` on a legal day."""

    stage: str
    entered_on: date
    left_on: date | None = None


@dataclass(frozen=True)
class StageStep:
    """One station of the bar. `reached_on` is the last entry; a station to come has none."""

    code: str
    name: Bilingual
    wording: Bilingual
    state: Literal["done", "current", "upcoming", "skipped"]
    reached_on: date | None
    kind: Literal["normal", "final"]


@dataclass(frozen=True)
class PublicStatus:
    """Where a case stands in the words for the firm. `steps` is the main path; a detour stands in `detour`."""

    programme: Bilingual
    wording: Bilingual
    turn: Turn
    since: date
    ended: bool
    outcome: str | None
    steps: tuple[StageStep, ...]
    detour: bool


def stage_steps(programme: Programme, passages: Sequence[Passage]) -> tuple[StageStep, ...]:
    """The stations of the main path, with the days on which they were reached."""
    present = passages[-1].stage if passages else programme.start.code
    reached = {passage.stage: passage.entered_on for passage in passages}
    order = [stage.code for stage in programme.main_path]
    ended = programme.stage(present).is_final
    at = _position(programme, passages, order)
    steps = []
    for index, stage in enumerate(programme.main_path):
        if stage.code == present:
            state: Literal["done", "current", "upcoming", "skipped"] = "done" if stage.is_final else "current"
        elif index <= at:
            state = "done" if stage.code in reached else "skipped"
        else:
            state = "skipped" if ended else "upcoming"
        steps.append(
            StageStep(
                code=stage.code,
                name=stage.name,
                wording=stage.public if state in ("done", "current") else stage.upcoming,
                state=state,
                reached_on=reached.get(stage.code) if state in ("done", "current") else None,
                kind=stage.kind,
            )
        )
    return tuple(steps)


def public_status(programme: Programme, passages: Sequence[Passage]) -> PublicStatus:
    """The public wording of a case that went through `passages` (never empty, the last one is the present)."""
    present = programme.stage(passages[-1].stage)
    return PublicStatus(
        programme=programme.title,
        wording=present.public,
        turn=present.turn,
        since=passages[-1].entered_on,
        ended=present.is_final,
        outcome=present.outcome,
        steps=stage_steps(programme, passages),
        detour=present.path == "side" and not present.is_final,
    )


def _position(programme: Programme, passages: Sequence[Passage], order: list[str]) -> int:
    """How far along the main path the case is: the last main stage it entered."""
    for passage in reversed(passages):
        if passage.stage in order:
            return order.index(passage.stage)
    return 0
