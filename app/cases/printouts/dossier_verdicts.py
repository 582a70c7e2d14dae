"""The verdicts kept for a case until an instant, with the explanation and the inputs that were kept with them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.printouts.dossier_rows import instant
from app.kit.i18n import _
from app.policies.domain.values.outcome import Outcome
from app.policies.inputs import stored_input_lines, with_names
from app.policies.models import PolicyVersion, StoredVerdict, VerdictOverride
from app.policies.presentation import ClauseView, present
from app.policies.queries import list_stored_for_case, policy_of
from app.policies.service.verdicts import is_intact
from app.policies.views import ScoreView
from app.policies.words import outcome_text
from app.programmes.domain.definition import Programme
from app.reference.queries import code_names


@dataclass(frozen=True)
class ConditionRow:
    """A condition with its depth, what it asks, what was found, and where it stands."""

    depth: int
    outcome: str
    name: str
    required: str
    actual: str
    note: str
    reference: str


@dataclass(frozen=True)
class PointsRow:
    """An item of the score, or a block of them (depth 0)."""

    depth: int
    title: str
    points: str
    why: str


@dataclass(frozen=True)
class InputRow:
    """A fact that the verdict was given on, and where it came from."""

    label: str
    values: str
    source: str


@dataclass(frozen=True)
class KeptVerdict:
    """A verdict as it was kept. `intact` is false when its record does not fit its hash."""

    policy: str
    version: str
    occasion: str
    kept: str
    on: date
    outcome: str
    headline: str
    conditions: tuple[ConditionRow, ...]
    points: tuple[PointsRow, ...]
    inputs: tuple[InputRow, ...]
    overrides: tuple[str, ...]
    sha256: str
    intact: bool


def verdicts_until(session: Session, case: CaseFile, programme: Programme, until: datetime) -> tuple[KeptVerdict, ...]:
    """The verdicts kept by then, in order, with what was decided instead by then."""
    kept = list_stored_for_case(session, case.id)
    if not kept:
        return ()
    names = code_names(session, case.enterprise.region_code)
    return tuple(
        _kept(session, row, programme, names, [each for each in overrides if each.created_at < until], until)
        for row, overrides in reversed(kept.items())
        if row.stored_at < until
    )


def _kept(
    session: Session,
    row: StoredVerdict,
    programme: Programme,
    names: dict[str, str],
    overrides: list[VerdictOverride],
    until: datetime,
) -> KeptVerdict:
    policy = policy_of(session, session.get_one(PolicyVersion, row.policy_version_id))
    view = present(row.result, policy.catalogue, names=names)
    action = programme.find_action(row.reason)
    lines = with_names(stored_input_lines(policy, row.inputs), policy.catalogue, names)
    return KeptVerdict(
        policy=view.title,
        version=view.version,
        occasion=str(action.label) if action else _("办理中留存"),
        kept=f"{row.actor_name} {instant(row.stored_at)}",
        on=row.on_day,
        outcome=view.outcome_text,
        headline=view.headline,
        conditions=tuple(_condition(depth, clause) for depth, clause in view.rows),
        points=_points(view.score) if view.score else (),
        inputs=tuple(InputRow(line.label, _values(line.values), line.source) for line in lines),
        overrides=tuple(_override(each, until) for each in reversed(overrides)),
        sha256=row.sha256,
        intact=is_intact(session, row),
    )


def _condition(depth: int, clause: ClauseView) -> ConditionRow:
    found = " ".join(filter(None, [clause.actual, clause.gap]))
    return ConditionRow(
        depth, clause.outcome, clause.name or clause.title, clause.required, found, clause.note, clause.reference
    )


def _points(score: ScoreView) -> tuple[PointsRow, ...]:
    rows = [PointsRow(0, score.title, score.points, score.required)]
    for block in score.blocks:
        rows.append(PointsRow(0, block.title, block.points, block.note))
        rows += [
            PointsRow(1 + depth, item.title, item.points, item.why) for each in block.items for depth, item in each.rows
        ]
    return tuple(rows)


def _values(values: tuple[object, ...]) -> str:
    return "；".join(f"{value.year} {value.text}" if value.year else value.text for value in values)  # type: ignore[attr-defined]


def _override(row: VerdictOverride, until: datetime) -> str:
    text = _("%(who)s %(at)s 另作决定：%(outcome)s。%(reason)s（依据 %(document)s）") % {
        "who": row.actor_name,
        "at": instant(row.created_at),
        "outcome": outcome_text(Outcome(row.outcome)),
        "reason": row.reason,
        "document": row.document,
    }
    if row.withdrawn_at is None or row.withdrawn_at >= until:
        return text
    return _("%(decision)s；%(at)s 撤回") % {"decision": text, "at": instant(row.withdrawn_at)}
