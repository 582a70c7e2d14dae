"""What incentives would cost: policies say who, incentives say how much."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate
from app.incentives.domain.scheme import CertificateGained, Scheme
from app.incentives.queries.schemes import SchemeFamily, list_families
from app.kit.actor import Actor
from app.kit.i18n import _, ngettext
from app.kit.money import format_wan
from app.policies.domain.outcome import Outcome
from app.policies.whatif.effects import Effect
from app.programmes.queries import load_catalogue
from app.web.policy_usage import rewards


@dataclass(frozen=True)
class BudgetLine:
    """One scheme: how many firms would have it before and after; amounts in 分, None where nobody has set one."""

    name: str
    url: str
    amount_fen: int | None
    before: int
    after: int

    @property
    def amount(self) -> str:
        """What one firm gets."""
        return _("尚未设定") if self.amount_fen is None else _in_wan(self.amount_fen)

    @property
    def before_text(self) -> str:
        """How many firms, and what it costs now."""
        return self._costs(self.before)

    @property
    def after_text(self) -> str:
        """How many firms, and what it would cost."""
        return self._costs(self.after)

    def _costs(self, firms: int) -> str:
        count = ngettext("%(n)s 家", "%(n)s 家", firms) % {"n": f"{firms:,}"}
        return count if self.amount_fen is None else f"{count}，{_in_wan(self.amount_fen * firms)}"


@dataclass(frozen=True)
class Budget:
    """All schemes that reward the policy. The sums cover those with an amount; `unset` counts the others."""

    lines: tuple[BudgetLine, ...]

    @property
    def before_text(self) -> str:
        """What the schemes with an amount cost now."""
        return _in_wan(sum((line.amount_fen or 0) * line.before for line in self.lines))

    @property
    def after_text(self) -> str:
        """What they would cost."""
        return _in_wan(sum((line.amount_fen or 0) * line.after for line in self.lines))

    @property
    def unset(self) -> int:
        """How many schemes have no amount yet."""
        return sum(line.amount_fen is None for line in self.lines)


def budget_of(session: Session, actor: Actor, effect: Effect) -> Budget:
    """The incentives of the firms that pass, before and after, as if every one of them were paid."""
    code, on = effect.before.policy.code, effect.register.on
    programmes = {item.code for item in load_catalogue(session).known().values() if code in item.policies}
    passing = [set(effect.ids(side, Outcome.MET).tolist()) for side in effect.sides]
    held = _holders(session, code, on) if any(passing) else set()
    lines = []
    for family in list_families(session, actor.region_prefix):
        version = family.in_force(on)
        if version is not None and rewards(version.scheme, code, programmes):
            numbers = [len(_due(version.scheme, firms, held)) for firms in passing]
            lines.append(_line(family, version.scheme, version.row.amount_fen, numbers))
    return Budget(tuple(lines))


def _line(family: SchemeFamily, scheme: Scheme, amount_fen: int | None, numbers: list[int]) -> BudgetLine:
    return BudgetLine(str(scheme.name), f"/incentives/schemes/{family.code}", amount_fen, *numbers)


def _due(scheme: Scheme, firms: set[int], held: set[int]) -> set[int]:
    """Of the firms that pass, those whose certificate would be the first, or a later one, as the scheme asks."""
    trigger = scheme.trigger
    if isinstance(trigger, CertificateGained) and trigger.occurrence == "first":
        return firms - held
    if isinstance(trigger, CertificateGained) and trigger.occurrence == "renewed":
        return firms & held
    return firms


def _holders(session: Session, kind: str, on: date) -> set[int]:
    """The firms that were ever certified so by `on`."""
    statement = select(Certificate.enterprise_id).where(Certificate.kind == kind, Certificate.issued_on <= on)
    return set(session.scalars(statement.distinct()))


def _in_wan(fen: int) -> str:
    return _("%(amount)s 万元") % {"amount": format_wan(fen)}
