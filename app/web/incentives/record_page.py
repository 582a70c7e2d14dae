"""What the page of one incentive shows: its steps, the amount that was kept, what may have to be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.doors.calls.call import Call
from app.doors.forms.bound import Bound
from app.doors.pages.timeline import TimelineLine, timeline_lines
from app.incentives import actions
from app.incentives.domain.clawback import OUTCOME_LABELS, conditions
from app.incentives.domain.scheme import CLAWBACK_LABELS, ClawbackKind, Scheme
from app.incentives.domain.steps import STATE_LABELS, IncentiveState, next_step
from app.incentives.models import Incentive, IncentiveStep
from app.incentives.queries import clawback, schemes
from app.incentives.schemas import UndoInput
from app.incentives.service import steps
from app.incentives.service.clawback import may_review
from app.journal.queries import timeline
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.queries import get_catalogue
from app.web.incentives.clawback import ReviewLine, WarningLine, clawback_texts, review_line, warning_lines
from app.web.incentives.computation import ComputationView, computation_view, last_kept
from app.web.incentives.lines import IncentiveLine, advisory, award_line


@dataclass(frozen=True)
class StepView:
    """One step on file."""

    step: IncentiveStep
    label: str


@dataclass(frozen=True)
class IncentivePage:
    """One incentive with its steps and what comes next."""

    advisory: str
    incentive: Incentive
    line: IncentiveLine
    stages: tuple[dict[str, str], ...]
    steps: tuple[StepView, ...]
    next_url: str
    next_text: str
    may_undo: bool
    undo_form: Bound[UndoInput]
    timeline: tuple[TimelineLine, ...]
    computation: ComputationView | None
    kept_with: str
    differs: bool
    firm_visible: bool
    warnings: tuple[WarningLine, ...]
    reviews: tuple[ReviewLine, ...]
    clawback: tuple[str, ...]
    may_review: bool
    review_kinds: tuple[tuple[str, str], ...]
    review_outcomes: tuple[tuple[str, str], ...]
    today: str

    @property
    def has_clawback(self) -> bool:
        """Whether taking it back is a matter at all: something warns of it, was looked into, is named, or may be."""
        return bool(self.warnings or self.reviews or self.clawback or self.may_review)


def incentive_line(session: Session, incentive: Incentive) -> IncentiveLine:
    """The incentive as lists show it."""
    family = schemes.get_family(session, incentive.scheme_code)
    return award_line(incentive, {family.code: family})


def record_page(call: Call, incentive: Incentive, undo_form: Bound[Any], on: date) -> IncentivePage:
    """The incentive with what comes next."""
    place = steps.place_of(incentive)
    state = IncentiveState(incentive.state)
    following = next_step(state)
    may_step = following in (IncentiveState.AWARDED, IncentiveState.PAID) and can(
        call.actor, steps.action_of(following), place
    )
    return IncentivePage(
        advisory=advisory(),
        incentive=incentive,
        line=incentive_line(call.session, incentive),
        stages=_stages(incentive),
        steps=tuple(StepView(step, _(STATE_LABELS[IncentiveState(step.step)])) for step in incentive.steps),
        next_url=f"/incentives/{incentive.public_id}/{'award' if following is IncentiveState.AWARDED else 'pay'}"
        if may_step
        else "",
        next_text=_("审定") if following is IncentiveState.AWARDED else _("拨付"),
        may_undo=state is not IncentiveState.ELIGIBLE and can(call.actor, actions.UNDO, place),
        undo_form=undo_form,
        timeline=timeline_lines(
            call.session, timeline(call.session, kind="incentive", id=incentive.public_id, limit=30)
        ),
        firm_visible=can(call.actor, actions.READ, place),
        **_kept(call.session, incentive),
        **_clawback(call.session, call.actor, incentive, on),
    )


def _kept(session: Session, incentive: Incentive) -> dict[str, Any]:
    """How the amount was found when the last step was taken."""
    step = last_kept(incentive)
    if step is None or step.computation is None:
        return {"computation": None, "kept_with": "", "differs": False}
    said = {"step": _(STATE_LABELS[IncentiveState(step.step)]), "day": step.happened_on.isoformat()}
    view = computation_view(step.computation, get_catalogue(session) if step.computation["facts"] else {})
    low, high = step.computation["amount"]["low"], step.computation["amount"]["high"]
    given = incentive.amount_fen
    differs = given is not None and (given < low or (high is not None and given > high))
    return {"computation": view, "kept_with": _("%(step)s时（%(day)s）留存的测算") % said, "differs": differs}


def _clawback(session: Session, actor: Actor, incentive: Incentive, on: date) -> dict[str, Any]:
    """What speaks for taking it back, what was decided before, and the form for a decision."""
    warned = clawback.warnings_of(session, incentive, on)
    scheme = schemes.parsed(incentive.scheme_version)
    acted_on = incentive.state != IncentiveState.ELIGIBLE
    return {
        "warnings": tuple(warning_lines(warned)),
        "reviews": tuple(map(review_line, clawback.list_reviews(session, incentive.id))),
        "clawback": clawback_texts(scheme),
        "may_review": acted_on and may_review(actor, incentive),
        "review_kinds": _review_kinds([item.ground.kind for item in warned], scheme),
        "review_outcomes": tuple((outcome.value, _(label)) for outcome, label in OUTCOME_LABELS.items()),
        "today": on.isoformat(),
    }


def _review_kinds(seen: Sequence[ClawbackKind], scheme: Scheme) -> tuple[tuple[str, str], ...]:
    """What may be decided about: what the register sees first, then what the scheme names, then any other ground."""
    stated = [condition.kind for condition in conditions(scheme)]
    kinds = dict.fromkeys([*seen, *stated, ClawbackKind.FALSE_DATA, ClawbackKind.OTHER])
    return tuple((kind.value, _(CLAWBACK_LABELS[kind])) for kind in kinds)


def _stages(incentive: Incentive) -> tuple[dict[str, str], ...]:
    order = list(IncentiveState)
    here = order.index(IncentiveState(incentive.state))
    days = {step.step: step.happened_on.isoformat() for step in incentive.steps if step.undone_at is None}
    return tuple(
        {
            "label": _(STATE_LABELS[state]),
            "state": "done" if place < here or here == len(order) - 1 else "current" if place == here else "todo",
            "note": days.get(
                state.value, incentive.triggered_on.isoformat() if state is IncentiveState.ELIGIBLE else ""
            ),
        }
        for place, state in enumerate(order)
    )
