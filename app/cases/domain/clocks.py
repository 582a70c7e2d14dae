"""Time limits of a case: started, held, let run again and ended by the stages it enters. Pure; lengths in working days.

A day counts once it has passed: the day a clock begins or goes on is not counted, the day it is held or ends is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from app.programmes.domain.definition import Clock, Programme, Stage


class Calendar(Protocol):
    """The working days that clocks count by."""

    def add(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`."""
        ...

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`."""
        ...


@dataclass(frozen=True)
class ClockState:
    """A clock as it stands; it runs since `running_since`, empty while it is held. `id` is None until it is kept."""

    code: str
    ordinal: int
    started_on: date
    working_days: int | None
    running_since: date | None
    used_days: int = 0
    due_on: date | None = None
    ended_on: date | None = None
    id: int | None = None

    @property
    def live(self) -> bool:
        """Whether it still counts."""
        return self.ended_on is None

    def used_on(self, day: date, calendar: Calendar) -> int:
        """Working days used up to and including `day`."""
        if self.running_since is None or not self.live:
            return self.used_days
        return self.used_days + max(0, calendar.between(self.running_since, day))

    def left_on(self, day: date, calendar: Calendar) -> int | None:
        """Working days left after `day`, negative once it is overrun; None without a length."""
        return None if self.working_days is None else self.working_days - self.used_on(day, calendar)


def decide_clocks(
    programme: Programme,
    clocks: Iterable[ClockState],
    stage: Stage,
    on: date,
    lengths: Mapping[str, int],
    calendar: Calendar,
) -> tuple[ClockState, ...]:
    """The clocks that entering `stage` on the day `on` changes or starts; `lengths` are those the bureau has set."""
    known = list(clocks)
    found: list[ClockState] = []
    for rule in programme.clocks:
        of_rule = [clock for clock in known if clock.code == rule.code]
        live = next((clock for clock in of_rule if clock.live), None)
        if live is not None and (stage.is_final or stage.code in rule.ends_at):
            found.append(_ended(live, on, calendar))
            live = None
        elif live is not None:
            moved = _turned(rule, live, stage, on, lengths, calendar)
            found += [moved] if moved != live else []
        if live is None and stage.code in rule.starts_at and not stage.is_final:
            found.append(_started(rule, len(of_rule) + 1, stage, on, lengths, calendar))
    return tuple(found)


def length_of(rule: Clock, lengths: Mapping[str, int]) -> int | None:
    """How many working days the clock has: as the file says, else as the bureau has set, else nobody knows."""
    return rule.working_days if rule.working_days is not None else lengths.get(rule.code)


def with_length(clock: ClockState, working_days: int, calendar: Calendar) -> ClockState:
    """A clock without a length that is given one now."""
    return _dated(replace(clock, working_days=working_days), calendar)


def _started(
    rule: Clock, ordinal: int, stage: Stage, on: date, lengths: Mapping[str, int], calendar: Calendar
) -> ClockState:
    runs = stage.turn in rule.runs_while
    made = ClockState(rule.code, ordinal, on, length_of(rule, lengths), on if runs else None)
    return _dated(made, calendar)


def _turned(
    rule: Clock, clock: ClockState, stage: Stage, on: date, lengths: Mapping[str, int], calendar: Calendar
) -> ClockState:
    """Held or let run again by whose turn the stage is."""
    days = clock.working_days if clock.working_days is not None else length_of(rule, lengths)
    runs = stage.turn in rule.runs_while
    if runs == (clock.running_since is not None):
        return clock if days == clock.working_days else _dated(replace(clock, working_days=days), calendar)
    used = clock.used_on(on, calendar)
    moved = replace(clock, working_days=days, running_since=on if runs else None, used_days=used)
    return _dated(moved, calendar)


def _ended(clock: ClockState, on: date, calendar: Calendar) -> ClockState:
    return replace(clock, used_days=clock.used_on(on, calendar), running_since=None, due_on=None, ended_on=on)


def _dated(clock: ClockState, calendar: Calendar) -> ClockState:
    """Its day is known only while it runs and its length is known; one overrun before it went on is due at once."""
    if clock.running_since is None or clock.working_days is None:
        return replace(clock, due_on=None)
    left = max(0, clock.working_days - clock.used_days)
    return replace(clock, due_on=calendar.add(clock.running_since, left))
