"""离达标还差什么: what the law asks of the firm, how it stands, what is missing — in plain sentences."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _
from app.policies.domain.facts import Catalogue
from app.policies.domain.outcome import Outcome
from app.policies.domain.verdict import Clause, Finding
from app.policies.service.verdicts import Verdict, evaluate_all
from app.policies.wording import fact_text, finding_text, gap_text, measure_text, required_text

_SHOWN_FACTS = 3
_HEADLINES = {
    Outcome.MET: N_("已经达标"),
    Outcome.UNMET: N_("还没有达标"),
    Outcome.UNKNOWN: N_("资料还不全，暂时判断不了"),
}
_FIRST = {Outcome.UNMET: 0, Outcome.UNKNOWN: 1, Outcome.MET: 2}


@dataclass(frozen=True)
class ConditionLine:
    """One condition: its outcome, its name, and a sentence on how the firm stands."""

    outcome: str
    title: str
    note: str
    reference: str


@dataclass(frozen=True)
class PolicyView:
    """How the firm stands under one policy; `open` are the conditions not yet met, what is unmet first."""

    title: str
    outcome: str
    headline: str
    version: str
    conditions: tuple[ConditionLine, ...]

    @property
    def open(self) -> tuple[ConditionLine, ...]:
        """What is still missing."""
        return tuple(line for line in self.conditions if line.outcome != Outcome.MET)


def policy_views(session: Session, enterprise: Enterprise, on: date) -> tuple[PolicyView, ...]:
    """Every policy in force for the firm on `on`."""
    return tuple(_policy_view(verdict) for verdict in evaluate_all(session, enterprise, on))


def _policy_view(verdict: Verdict) -> PolicyView:
    evaluation = verdict.evaluation
    lines = [_line(clause, evaluation.policy.catalogue) for clause in evaluation.clauses]
    return PolicyView(
        title=str(evaluation.policy.title),
        outcome=evaluation.outcome.value,
        headline=_(_HEADLINES[evaluation.outcome]),
        version=evaluation.policy.version,
        conditions=tuple(sorted(lines, key=lambda line: _FIRST[Outcome(line.outcome)])),
    )


def _line(clause: Clause, catalogue: Catalogue) -> ConditionLine:
    condition, finding = clause.condition, clause.finding
    return ConditionLine(
        outcome=finding.outcome.value,
        title=str(condition.title),
        note=_sentence(finding, catalogue),
        reference=f"{condition.reference.document.title} {condition.reference.clause}",
    )


def _sentence(finding: Finding, catalogue: Catalogue) -> str:
    if finding.outcome is Outcome.UNKNOWN and finding.missing:
        return _lacking(finding, catalogue)
    if finding.required is None or finding.actual is None or finding.reason is not None:
        return finding_text(finding)
    parts = [
        _("需要 %(required)s") % {"required": required_text(finding.required)},
        _("目前 %(actual)s") % {"actual": measure_text(finding.actual)},
    ]
    if finding.gap is not None and finding.outcome is Outcome.UNMET:
        parts.append(gap_text(finding.gap))
    return _("，").join(part for part in parts if part)


def _lacking(finding: Finding, catalogue: Catalogue) -> str:
    names = list(dict.fromkeys(fact_text(catalogue, key) for key in finding.missing))
    named = {"facts": _("、").join(names[:_SHOWN_FACTS]), "n": len(names)}
    if len(names) > _SHOWN_FACTS:
        return _("还缺资料：%(facts)s 等 %(n)s 项，请提供给经办人。") % named
    return _("还缺资料：%(facts)s，请提供给经办人。") % named
