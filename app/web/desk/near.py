"""差一步够条件: prepared cases whose firm lacks one condition, or a few facts, before it may hand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.turns import list_preparing_visible_to
from app.kit.actor import Actor
from app.kit.i18n import _
from app.policies.answer import answer
from app.policies.domain.facts.catalogue import Catalogue as Facts
from app.policies.domain.language.verdict import ClauseReason
from app.policies.presentation import ClauseView, present
from app.policies.queries import get_catalogue
from app.policies.service.verdicts import Verdict, evaluate_many
from app.programmes.queries import Catalogue

#: How many cases are looked at: those with the nearest day. The card says so.
LOOKED_AT = 10
SHOWN = 5
JUDGED = frozenset({ClauseReason.JUDGED_BY_PEOPLE.value, ClauseReason.WAITS_FOR_EXPERTS.value})
_ORDER = ("unmet", "unknown", "judged")


@dataclass(frozen=True)
class NearLine:
    """A firm that is one step short, and what the step is."""

    firm: str
    url: str
    text: str
    state: str
    due_on: date | None


def near_lines(
    session: Session, actor: Actor, catalogue: Catalogue, officer_id: int | None, on: date
) -> tuple[NearLine, ...]:
    """Of the prepared cases with the nearest day, those that lack one step; then those that only wait for experts."""
    policies = {code: programme.policies[0] for code, programme in catalogue.known().items() if programme.policies}
    cases = list_preparing_visible_to(session, actor, officer_id, sorted(policies), LOOKED_AT)
    facts = get_catalogue(session)
    firms = {case.enterprise_id: case.enterprise for case in cases}
    verdicts = evaluate_many(session, firms.values(), on, set(policies.values()))
    steps = [(case, _step(verdicts[case.enterprise_id], policies[case.programme_code], facts)) for case in cases]
    found = [_line(case, step) for case, step in steps if step is not None]
    return tuple(sorted(found, key=lambda line: _ORDER.index(line.state))[:SHOWN])


@dataclass(frozen=True)
class _Step:
    """What is missing: a condition that is not met, facts that nobody told, or the experts' judgement."""

    state: str
    text: str


def _step(verdicts: Sequence[Verdict], policy: str, facts: Facts) -> _Step | None:
    verdict = next((verdict for verdict in verdicts if verdict.version.code == policy), None)
    if verdict is None:
        return None
    reported = answer(verdict.evaluation)
    pairs = list(zip(reported["clauses"], present(reported, facts).clauses, strict=True))
    short = [view for clause, view in pairs if clause["outcome"] == "unmet"]
    silent = [view for clause, view in pairs if clause["outcome"] == "unknown" and clause["reason"] not in JUDGED]
    judged = [view for clause, view in pairs if clause["outcome"] == "unknown" and clause["reason"] in JUDGED]
    if len(short) + len(silent) == 1:
        return _Step("unmet", _short_of(short[0])) if short else _Step("unknown", _lacking(silent[0]))
    if judged and not short and not silent:
        return _Step("judged", _("其余条件达标，取决于专家评价"))
    return None


def _line(case: CaseFile, step: _Step) -> NearLine:
    return NearLine(case.enterprise.name, f"/cases/{case.number}", step.text, step.state, case.next_due_on)


def _short_of(clause: ClauseView) -> str:
    parts = [f"{clause.title} {clause.actual}".strip(), clause.gap]
    return _("，").join(part for part in parts if part)


def _lacking(clause: ClauseView) -> str:
    """The facts that the condition waits for, the first two by name."""
    names = [item.label for item in clause.missing]
    text = _("、").join(names[:2]) or clause.title
    if len(names) <= 2:
        return _("尚缺：%(what)s") % {"what": text}
    return _("尚缺：%(what)s 等 %(n)s 项") % {"what": text, "n": len(names)}
