"""离达标还差什么: what the law asks of the firm, how it stands, what is missing — in plain sentences."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _
from app.policies.domain.language.verdict import Evaluation
from app.policies.presentation import ClauseView, ScoreView, VerdictView, present_known
from app.policies.service.fact_sources import Gathered
from app.policies.service.verdicts import evaluate_all
from app.reference.queries import code_names

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
class PortalPolicyView:
    """How the firm stands under one policy; `open` are the conditions not yet met, what is unmet first."""

    code: str
    title: str
    outcome: str
    state: str
    headline: str
    basis: str
    conditions: tuple[ConditionLine, ...]
    check_url: str
    score: ScoreView | None

    @property
    def open(self) -> tuple[ConditionLine, ...]:
        """What is still missing."""
        return tuple(line for line in self.conditions if line.outcome != "met")


def policy_views(
    session: Session, enterprise: Enterprise, on: date, first: Collection[str] = ()
) -> tuple[PortalPolicyView, ...]:
    """Every policy in force for the firm on `on`: those in `first` (of its open cases) before the others, the nearest first."""
    names = code_names(session, enterprise.region_code)
    verdicts = evaluate_all(session, enterprise, on)
    views = [plain_view(verdict.evaluation, names, verdict.gathered) for verdict in verdicts]
    return tuple(sorted(views, key=lambda view: (view.code not in first, *_distance(view))))


def plain_view(evaluation: Evaluation, names: Mapping[str, str], known: Gathered | None = None) -> PortalPolicyView:
    """A verdict on what is `known` in plain words."""
    view = present_known(evaluation, known or Gathered(evaluation.facts), names=names)
    lines = [_line(clause) for clause in view.clauses]
    return PortalPolicyView(
        code=view.policy,
        title=view.title,
        outcome=view.outcome,
        state=view.state,
        headline=_headline(view),
        basis=view.basis,
        conditions=tuple(sorted(lines, key=lambda line: _FIRST[line.outcome])),
        check_url=f"/portal/self-check/{view.policy}?on={view.on.isoformat()}",
        score=view.score,
    )


def _distance(view: PortalPolicyView) -> tuple[int, int]:
    """How many conditions are open, and how many of them are not met."""
    return len(view.open), sum(line.outcome == "unmet" for line in view.open)


def _headline(view: VerdictView) -> str:
    return _(_HEADLINES[view.outcome])


def _line(clause: ClauseView) -> ConditionLine:
    lacking = clause.outcome == "unknown" and clause.missing
    return ConditionLine(clause.outcome, clause.title, _lacking(clause) if lacking else _where_it_stands(clause))


def _where_it_stands(clause: ClauseView) -> str:
    """`目前：18 人 ÷ 142 人 = 12.67%，还差 2 人`."""
    reported = [_("目前：%(actual)s") % {"actual": clause.actual}] if clause.actual else []
    return _("，").join([*reported, *([clause.gap] if clause.gap else [])])


def _lacking(clause: ClauseView) -> str:
    """What the firm is asked for; what the bureau has yet to set is not for the firm to supply."""
    names = [missing.label for missing in clause.missing if not missing.left_to_bureau]
    if not names:
        return _("；").join([*([_where_it_stands(clause)] if clause.actual else []), _("科技局设定要求后才能判断")])
    named = {"facts": _("、").join(names[:_SHOWN_FACTS]), "n": len(names)}
    if len(names) > _SHOWN_FACTS:
        return _("还缺资料：%(facts)s 等 %(n)s 项，请提供给经办人。") % named
    return _("还缺资料：%(facts)s，请提供给经办人。") % named
