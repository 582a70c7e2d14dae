"""离达标还差什么: what the law asks of the firm, how it stands, what is missing — in plain sentences."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _
from app.policies.answer import answer
from app.policies.presenting import ClauseView, present
from app.policies.service.verdicts import Verdict, evaluate_all
from app.reference.queries import field_names

_SHOWN_FACTS = 3
_HEADLINES = {
    "met": N_("已经达标"),
    "unmet": N_("还没有达标"),
    "unknown": N_("资料还不全，暂时判断不了"),
}
_FIRST = {"unmet": 0, "unknown": 1, "met": 2}


@dataclass(frozen=True)
class ConditionLine:
    """One condition: its outcome, its name, and a sentence on how the firm stands."""

    outcome: str
    title: str
    note: str


@dataclass(frozen=True)
class PolicyView:
    """How the firm stands under one policy; `open` are the conditions not yet met, what is unmet first."""

    title: str
    outcome: str
    headline: str
    basis: str
    conditions: tuple[ConditionLine, ...]

    @property
    def open(self) -> tuple[ConditionLine, ...]:
        """What is still missing."""
        return tuple(line for line in self.conditions if line.outcome != "met")


def policy_views(session: Session, enterprise: Enterprise, on: date) -> tuple[PolicyView, ...]:
    """Every policy in force for the firm on `on`."""
    names = field_names(session)
    return tuple(_policy_view(verdict, names) for verdict in evaluate_all(session, enterprise, on))


def _policy_view(verdict: Verdict, names: dict[str, str]) -> PolicyView:
    evaluation = verdict.evaluation
    view = present(answer(evaluation), evaluation.policy.catalogue, names=names)
    lines = [_line(clause) for clause in view.clauses]
    return PolicyView(
        title=view.title,
        outcome=view.outcome,
        headline=_(_HEADLINES[view.outcome]),
        basis=view.basis,
        conditions=tuple(sorted(lines, key=lambda line: _FIRST[line.outcome])),
    )


def _line(clause: ClauseView) -> ConditionLine:
    lacking = clause.outcome == "unknown" and clause.missing
    return ConditionLine(clause.outcome, clause.title, _lacking(clause) if lacking else _standing(clause))


def _standing(clause: ClauseView) -> str:
    return _("目前：%(actual)s") % {"actual": clause.actual} if clause.actual else ""


def _lacking(clause: ClauseView) -> str:
    names = [missing.label for missing in clause.missing]
    named = {"facts": _("、").join(names[:_SHOWN_FACTS]), "n": len(names)}
    if len(names) > _SHOWN_FACTS:
        return _("还缺资料：%(facts)s 等 %(n)s 项，请提供给经办人。") % named
    return _("还缺资料：%(facts)s，请提供给经办人。") % named
