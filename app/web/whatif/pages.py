"""What a what-if shows: counts before and after, who flips and why, and what incentives would cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.doors.forms.bound import Bound
from app.enterprises.queries import list_by_ids
from app.kit.i18n import _
from app.policies.domain.language.verdict import Evaluation
from app.policies.domain.values.outcome import Outcome
from app.policies.presentation import STATES, verdict_url
from app.policies.whatif.effects import ORDER, Effect, Flip, Places, code, explained
from app.policies.words import outcome_text
from app.web.shared.gone_firms import GoneFirms
from app.web.whatif.budget import Budget
from app.web.whatif.fields import FieldGroup

PAGE_SIZE = 50
CHART_WIDTH = 1_000


@dataclass(frozen=True)
class CountRow:
    """How many firms stand so, before and after."""

    outcome: str
    state: str
    before: int
    after: int
    before_url: str
    after_url: str

    @property
    def difference(self) -> str:
        """`+3`, `−2` or `0`."""
        change = self.after - self.before
        return f"+{change:,}" if change > 0 else f"−{-change:,}" if change < 0 else "0"


@dataclass(frozen=True)
class BarPart:
    """One part of a bar: `left` and `width` of CHART_WIDTH."""

    state: str
    left: int
    width: int
    count: int


@dataclass(frozen=True)
class OutcomeBar:
    """All firms, by outcome."""

    label: str
    parts: tuple[BarPart, ...]


@dataclass(frozen=True)
class FlipLine:
    """How many firms go from one outcome to another, and the address that shows only them."""

    key: str
    before: str
    before_state: str
    after: str
    after_state: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class FirmFlipLine:
    """One firm that flips: why."""

    name: str
    uscc: str
    url: str
    before: str
    before_state: str
    after: str
    after_state: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Outcomes:
    """What the scenario does."""

    total: int
    counts: tuple[CountRow, ...]
    bars: tuple[OutcomeBar, ...]
    flips: tuple[FlipLine, ...]
    shown: str
    shown_count: int
    firms: tuple[FirmFlipLine, ...]
    more_url: str
    all_url: str
    budget: Budget


@dataclass(frozen=True)
class WhatIfPage:
    """The form and what comes of it; `outcomes` is None while the scenario cannot be read."""

    code: str
    title: str
    version: str
    version_url: str
    place: str
    on: date
    groups: tuple[FieldGroup, ...]
    form: Bound[Any]
    action: str
    address: str
    assumptions: int
    outcomes: Outcomes | None
    publish_url: str
    gone: GoneFirms


@dataclass(frozen=True)
class FlipFilter:
    """Which firms of the result are asked for, and the address of the scenario without that."""

    action: str
    query: dict[str, str]
    flip: str = ""
    after: int = 0

    def url(self, **more: str) -> str:
        """The scenario's address with more parameters."""
        query = urlencode(self.query | more)
        return f"{self.action}?{query}" if query else self.action


FLIPS: dict[str, Flip] = {f"{old}-{new}": (old, new) for old in ORDER for new in ORDER if old != new}
STANDINGS = {f"{side}.{outcome}": (place, outcome) for place, side in enumerate(("now", "then")) for outcome in ORDER}
"""`now.met`, `then.unknown`: who stands so on one side."""


def outcomes_of(session: Session, effect: Effect, budget: Budget, asked: FlipFilter) -> Outcomes:
    """The counts, the flips and one page of the firms that flip."""
    places = _places(effect, asked.flip, asked.after)
    shown = [int(place) for place in places[:PAGE_SIZE]]
    last = str(effect.register.ids[shown[-1]]) if shown else ""
    chosen = {"flip": asked.flip} if asked.flip else {}
    return Outcomes(
        total=effect.register.size,
        counts=_counts(effect, asked),
        bars=_bars(effect),
        flips=tuple(_flip(key, flip, effect, asked) for key, flip in FLIPS.items() if flip in effect.flips),
        shown=_shown(asked.flip),
        shown_count=len(_places(effect, asked.flip)),
        firms=_firms(session, effect, shown),
        more_url=asked.url(**chosen, after=last) if len(places) > len(shown) else "",
        all_url=asked.url() if asked.flip or asked.after else "",
        budget=budget,
    )


def _places(effect: Effect, choice: str, after: int = 0) -> Places:
    """The firms that flip (so), or that stand so on one side."""
    if choice in STANDINGS:
        side, outcome = STANDINGS[choice]
        return effect.places_with(effect.sides[side], outcome, after)
    return effect.places(FLIPS.get(choice), after)


def _shown(choice: str) -> str:
    if choice not in STANDINGS:
        return _("判定会变的企业")
    side, outcome = STANDINGS[choice]
    words = _("现在%(outcome)s的企业") if side == 0 else _("推演后%(outcome)s的企业")
    return words % {"outcome": outcome_text(outcome)}


def _counts(effect: Effect, asked: FlipFilter) -> tuple[CountRow, ...]:
    return tuple(
        CountRow(
            outcome_text(outcome),
            STATES[outcome],
            effect.before.count(code(outcome)),
            effect.after.count(code(outcome)),
            asked.url(flip=f"now.{outcome}"),
            asked.url(flip=f"then.{outcome}"),
        )
        for outcome in ORDER
    )


def _bars(effect: Effect) -> tuple[OutcomeBar, ...]:
    total = effect.register.size
    return tuple(
        OutcomeBar(label, _parts([(STATES[outcome], side.count(code(outcome))) for outcome in ORDER], total))
        for label, side in ((_("现在"), effect.before), (_("推演后"), effect.after))
    )


def _parts(counts: Sequence[tuple[str, int]], total: int) -> tuple[BarPart, ...]:
    parts, done = [], 0
    for state, count in counts:
        left, right = (CHART_WIDTH * end // total if total else 0 for end in (done, done + count))
        parts.append(BarPart(state, left, right - left, count))
        done += count
    return tuple(parts)


def _flip(key: str, flip: Flip, effect: Effect, asked: FlipFilter) -> FlipLine:
    old, new = flip
    return FlipLine(
        key=key,
        before=outcome_text(old),
        before_state=STATES[old],
        after=outcome_text(new),
        after_state=STATES[new],
        count=effect.flips[flip],
        url=asked.url(flip=key),
        chosen=key == asked.flip,
    )


def _firms(session: Session, effect: Effect, places: Sequence[int]) -> tuple[FirmFlipLine, ...]:
    ids = [int(effect.register.ids[place]) for place in places]
    rows = list_by_ids(session, ids) if ids else {}
    lines = []
    for place, key in zip(places, ids, strict=True):
        before, after = (explained(side, place) for side in effect.sides)
        row = rows[key]
        lines.append(
            FirmFlipLine(
                name=row.name,
                uscc=row.uscc,
                url=verdict_url(row.uscc, effect.before.policy.code, effect.register.on),
                before=outcome_text(before.outcome),
                before_state=STATES[before.outcome],
                after=outcome_text(after.outcome),
                after_state=STATES[after.outcome],
                clauses=_changed_clauses(before, after),
            )
        )
    return tuple(lines)


def _changed_clauses(before: Evaluation, after: Evaluation) -> tuple[str, ...]:
    """The conditions that stand otherwise than before."""
    stood: dict[str, Outcome] = {clause.condition.id: clause.outcome for clause in before.clauses}
    return tuple(
        _("%(title)s：%(before)s → %(after)s")
        % {
            "title": clause.condition.title,
            "before": outcome_text(stood[clause.condition.id]),
            "after": outcome_text(clause.outcome),
        }
        for clause in after.clauses
        if clause.outcome is not stood[clause.condition.id]
    )
