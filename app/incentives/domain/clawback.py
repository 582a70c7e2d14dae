"""Grounds on which an incentive is taken back: what a scheme says, and what the register sees of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.incentives.domain.scheme import Clawback, ClawbackKind, Scheme
from app.kit.i18n import N_

SEEN = (ClawbackKind.REVOKED, ClawbackKind.MOVED_AWAY, ClawbackKind.RETIRED)


class ReviewOutcome(StrEnum):
    """What was decided after looking at a ground."""

    RECLAIMED = "reclaimed"
    KEPT = "kept"


OUTCOME_LABELS = {ReviewOutcome.RECLAIMED: N_("已追回"), ReviewOutcome.KEPT: N_("核实后不追回")}


@dataclass(frozen=True)
class Watched:
    """What is on file of an incentive's fact and firm. `moved_on` is None where nobody noted when it moved."""

    triggered_on: date
    revoked_on: date | None = None
    moved_away: bool = False
    moved_on: date | None = None
    retired_on: date | None = None


@dataclass(frozen=True)
class Ground:
    """A ground that the register sees: since when if known, and the scheme's condition if it states one."""

    kind: ClawbackKind
    since: date | None
    condition: Clawback | None


def conditions(scheme: Scheme) -> tuple[Clawback, ...]:
    """The claw-back conditions of a scheme that states them one by one."""
    return scheme.clawback if isinstance(scheme.clawback, tuple) else ()


def grounds(scheme: Scheme, watched: Watched, on: date) -> list[Ground]:
    """What speaks for taking an incentive back, as of `on`.

    A revoked certificate is told whatever the scheme says, for the fact itself is gone; moving away and closing down
    only where the scheme makes them a condition, within its years.
    """
    stated = {condition.kind: condition for condition in conditions(scheme)}
    found = []
    for kind, since in _happened(watched).items():
        condition = stated.get(kind)
        in_time = condition is not None and _within(condition, watched.triggered_on, since or on)
        if in_time or (condition is None and kind is ClawbackKind.REVOKED):
            found.append(Ground(kind, since, condition))
    return found


def _happened(watched: Watched) -> dict[ClawbackKind, date | None]:
    happened: dict[ClawbackKind, date | None] = {}
    if watched.revoked_on is not None:
        happened[ClawbackKind.REVOKED] = watched.revoked_on
    if watched.moved_away:
        happened[ClawbackKind.MOVED_AWAY] = watched.moved_on
    if watched.retired_on is not None:
        happened[ClawbackKind.RETIRED] = watched.retired_on
    return happened


def _within(condition: Clawback, triggered_on: date, since: date) -> bool:
    """Whether the day lies within the condition's years, the anniversary included."""
    if condition.within_years is None:
        return True
    year = triggered_on.year + condition.within_years
    try:
        last = triggered_on.replace(year=year)
    except ValueError:  # 29 February
        last = date(year, 2, 28)
    return since <= last
