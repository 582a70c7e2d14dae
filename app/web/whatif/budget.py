"""What incentives would cost: policies say who, incentives say how much."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.incentives.domain.budget import NOTHING, Sum, total
from app.incentives.service.calculation import plan_of
from app.incentives.service.expecting import ExpectedScheme, expected_budget
from app.kit.actor import Actor
from app.kit.i18n import _, ngettext
from app.policies.domain.values.outcome import Outcome
from app.policies.whatif.effects import Effect
from app.web.incentives.budget import left_text, sum_text, uncounted_text, unknown_text
from app.web.incentives.lines import method


@dataclass(frozen=True)
class BudgetLine:
    """One scheme: what one firm gets, how many firms and what they cost before and after, what the budget then leaves."""

    name: str
    url: str
    amount: str
    before: str
    after: str
    remains: str
    short: bool


@dataclass(frozen=True)
class Budget:
    """All schemes that follow from passing the policy; `uncounted` says for how many firms nothing was calculated."""

    lines: tuple[BudgetLine, ...]
    before: str = ""
    after: str = ""
    uncounted: str = ""


def budget_of(session: Session, actor: Actor, effect: Effect) -> Budget:
    """The incentives of the firms that pass, before and after, as if every one of them were paid."""
    code, on = effect.before.policy.code, effect.register.on
    passing = [frozenset(effect.ids(side, Outcome.MET).tolist()) for side in effect.sides]
    groups = [passing[0], passing[1] - passing[0], passing[0] - passing[1]]
    known, newly, lost = (expected_budget(session, actor, code, sorted(firms), on) for firms in groups)
    if not known.schemes:
        return Budget(())
    befores = [item.added for item in known.schemes]
    afters = [
        _changed(item.added, more.added, less.added)
        for item, more, less in zip(known.schemes, newly.schemes, lost.schemes, strict=True)
    ]
    methods = [method(plan_of(session, item.version)) for item in newly.schemes]
    return Budget(
        tuple(map(_line, newly.schemes, methods, befores, afters)),
        _costs(total(befores)),
        _costs(total(afters)),
        uncounted_text(known.uncounted + newly.uncounted),
    )


def _changed(before: Sum, more: Sum, less: Sum) -> Sum:
    """What was, without those that no longer pass, with those that newly do; each firm is calculated for itself."""
    gone = Sum(-less.count, -less.low, -less.high, -less.unknown)
    return before + more + gone


def _line(newly: ExpectedScheme, amount: str, before: Sum, after: Sum) -> BudgetLine:
    remains = newly.remains_after
    return BudgetLine(
        name=str(newly.version.scheme.name),
        url=f"/incentives/schemes/{newly.family.code}",
        amount=amount,
        before=_costs(before),
        after=_costs(after),
        remains=left_text(remains),
        short=remains is not None and remains < 0,
    )


def _costs(found: Sum) -> str:
    """`12 家，120 万元`; what is not set is said so."""
    firms = ngettext("%(n)s 家", "%(n)s 家", found.count) % {"n": f"{found.count:,}"}
    if found == NOTHING:
        return firms
    if found.unknown == found.count:
        return _("%(firms)s，金额尚未设定") % {"firms": firms}
    unknown = unknown_text(found.unknown)
    return _("，").join([firms, sum_text(found), *([unknown] if unknown else [])])
