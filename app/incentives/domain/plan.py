"""A scheme with its formulas bound to the facts catalogue; everything wrong with it is told by its place in the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from app.incentives.domain.scheme import AmountType, CertificateGained, Clawback, Scheme, Stacking, Tier
from app.incentives.domain.scheme import amount_fen as fen_of
from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import Catalogue, Periodicity
from app.policies.domain.language import binder, tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import REGISTERED_ON
from app.policies.domain.language.names import Names
from app.policies.domain.language.tokens import FormulaError
from app.policies.domain.values.units import NAMES, Unit

Place = tuple[str | int, ...]
ONE_FEN = 1


class SchemeProblem(NamedTuple):
    """A mistake: its place in the file (keys from the top), what is wrong and what to write instead."""

    place: Place
    message: str


class SchemeError(Exception):
    """The scheme is wrong in the named places."""

    def __init__(self, problems: list[SchemeProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class AmountPlan:
    """How a scheme's amount is found. `tiers` are the tests of its tiers: None where a tier has no formula of its own;
    `required` is the title of the policy that it requires.
    """

    scheme: Scheme
    catalogue: Catalogue
    base: tree.Node | None = None
    when: tree.Node | None = None
    tiers: tuple[tree.Node | None, ...] = ()
    required: Bilingual | None = None

    @property
    def required_title(self) -> str:
        """The name of the required policy, its code where nobody said its title."""
        return str(self.required or (self.scheme.requires.policy if self.scheme.requires else ""))

    @property
    def formulas(self) -> tuple[tree.Node, ...]:
        """Every formula of the scheme."""
        return tuple(node for node in (self.base, self.when, *self.tiers) if node is not None)

    @property
    def uses(self) -> frozenset[str]:
        """The codes of the facts that the amount depends on."""
        found = {code for node in self.formulas for part in tree.walk(node) for code in _codes(part)}
        return frozenset(found | {REGISTERED_ON.code} if any(map(counts_years, self.formulas)) else found)

    @property
    def by_occurrence(self) -> bool:
        """Whether a tier depends on the certificate being the first or a renewed one."""
        return any(tier.occurrence for tier in self.scheme.tiers)

    @property
    def in_words_only(self) -> bool:
        """Whether the base or a tier is told in words alone, as versions before the formulas do."""
        prose_base = self.scheme.base is not None and not isinstance(self.scheme.base, str)
        prose_tiers = any(tier.in_words_only for tier in self.scheme.tiers)
        return prose_base or prose_tiers


def plan(scheme: Scheme, catalogue: Catalogue) -> AmountPlan:
    """`scheme` bound to `catalogue`; raises `SchemeError` when a formula of it is wrong."""
    binder = _SchemeBinder(scheme, catalogue)
    bound = binder.plan()
    if binder.problems:
        raise SchemeError(binder.problems)
    return bound


def check(scheme: Scheme, catalogue: Catalogue) -> None:
    """What is asked of a new version beyond its shape: all of it computable. Raises `SchemeError` with every mistake."""
    binder = _SchemeBinder(scheme, catalogue)
    binder.plan()
    problems = [*binder.problems, *(found for rule in _RULES for found in rule(scheme))]
    if problems:
        raise SchemeError(problems)


def _codes(node: tree.Node) -> tuple[str, ...]:
    if isinstance(node, tree.Judged):
        return node.codes
    return (node.code,) if isinstance(node, (tree.Fact, tree.ListedIn, tree.IfStated)) else ()


class _SchemeBinder:
    def __init__(self, scheme: Scheme, catalogue: Catalogue) -> None:
        self._scheme, self._names = scheme, Names(catalogue)
        self.problems: list[SchemeProblem] = []

    def plan(self) -> AmountPlan:
        scheme = self._scheme
        return AmountPlan(
            scheme,
            self._names.catalogue,
            base=self._base(),
            when=self._test(("when",), scheme.when),
            tiers=tuple(self._tier(index, tier) for index, tier in enumerate(scheme.tiers)),
        )

    def _base(self) -> tree.Node | None:
        text = self._scheme.base
        if not isinstance(text, str):
            return None
        node = self._bound(("base",), text, binder.quantity)
        if node is not None and node.unit is not Unit.YUAN:
            message = f"“{text}” comes to {NAMES[node.unit]}, and a base is an amount. Instead: use facts told in 元"
            self.problems.append(SchemeProblem(("base",), message))
            return None
        return node

    def _tier(self, index: int, tier: Tier) -> tree.Node | None:
        if tier.grade is not None:
            return self._graded(index, tier.grade)
        return self._test(("tiers", index, "when"), tier.when)

    def _graded(self, index: int, grade: str) -> tree.Node | None:
        fact = self._names.catalogue.get(self._scheme.graded_by or "")
        if fact is None or fact.unit is not Unit.CODE or fact.told is not Periodicity.ONCE:
            hint = "name under 'graded_by' the fact (a code) that holds the grade"
            self.problems.append(SchemeProblem(("tiers", index, "grade"), f"nobody tells this grade. Instead: {hint}"))
            return None
        return tree.ListedIn(Unit.YES_NO, fact.code, "grade", frozenset({grade}), 0)

    def _test(self, place: Place, text: str | None) -> tree.Node | None:
        return None if text is None else self._bound(place, text, binder.condition)

    def _bound(self, place: Place, text: str, bind: Callable[[str, Names], tree.Node]) -> tree.Node | None:
        try:
            return bind(text, self._names)
        except FormulaError as error:
            words = text[error.start : error.end].strip()
            where = f" in “{words}”" if words and words != text.strip() else ""
            self.problems.append(SchemeProblem(place, f"“{text}”: {error.message}{where}. Instead: {error.hint}"))
            return None


# -- what is asked of a new version ---------------------------------------------------------------------------------------


def _in_formulas(scheme: Scheme) -> Iterator[SchemeProblem]:
    if scheme.base is not None and not isinstance(scheme.base, str):
        yield SchemeProblem(
            ("base",), "a base in words is not computable. Instead: write a formula, as in latest(sales_revenue)"
        )
    if isinstance(scheme.base, str) and scheme.ratio is None and not any(tier.ratio for tier in scheme.tiers):
        yield SchemeProblem(("base",), "no ratio is taken of this base. Instead: remove it, or write a 'ratio'")
    if scheme.clawback is not None and not isinstance(scheme.clawback, tuple):
        yield SchemeProblem(
            ("clawback",), "claw-back is a list of conditions. Instead: write - {kind: revoked, within_years: 3}"
        )


def _tiers(scheme: Scheme) -> Iterator[SchemeProblem]:
    last = len(scheme.tiers) - 1
    for index, tier in enumerate(scheme.tiers):
        place: Place = ("tiers", index)
        if tier.in_words_only:
            yield SchemeProblem(
                (*place, "condition"), "a tier in words is not computable. Instead: write its formula as 'when'"
            )
        if sum(item is not None for item in (tier.when, tier.grade, tier.occurrence)) > 1:
            yield SchemeProblem(
                place, "a tier has one of when, grade and occurrence. Instead: join conditions with and"
            )
        if not tier.limited and index != last:
            yield SchemeProblem(
                place, "this tier is for all, so that those below are never reached. Instead: put it last"
            )
        if tier.occurrence is not None and not isinstance(scheme.trigger, CertificateGained):
            yield SchemeProblem(
                (*place, "occurrence"), "only a certificate is first or renewed. Instead: use another trigger"
            )
        yield from _tier_amount(scheme, place, tier)


def _tier_amount(scheme: Scheme, place: Place, tier: Tier) -> Iterator[SchemeProblem]:
    if (tier.amount is None) is (tier.ratio is None):
        yield SchemeProblem(place, "a tier gives either an amount or a ratio. Instead: write one of the two")
    if tier.ratio is not None and scheme.base is None:
        yield SchemeProblem((*place, "ratio"), "a ratio of what? Instead: write the scheme's 'base'")
    if tier.up_to is not None and (tier.amount is None or tier.up_to <= tier.amount):
        yield SchemeProblem(
            (*place, "up_to"), "'up_to' is the upper end of a range. Instead: write a smaller 'amount' beside it"
        )


def _limits(scheme: Scheme) -> Iterator[SchemeProblem]:
    if scheme.cap is not None and scheme.floor is not None and scheme.cap < scheme.floor:
        yield SchemeProblem(
            ("floor",), f"the floor {scheme.floor} lies above the cap {scheme.cap}. Instead: exchange them"
        )
    unit = scheme.rounding.fen if scheme.rounding else ONE_FEN
    for name in ("cap", "floor"):
        limit: Decimal | None = getattr(scheme, name)
        if limit is not None and (fen_of(limit) or 0) % unit:
            message = f"{limit} 元 is no whole multiple of what amounts are rounded to. Instead: write a rounder {name}"
            yield SchemeProblem((name,), message)


def _stacking(scheme: Scheme) -> Iterator[SchemeProblem]:
    if scheme.stacking in {Stacking.HIGHEST_ONLY, Stacking.DIFFERENCE} and scheme.group is None:
        message = f"'{scheme.stacking}' among which schemes? Instead: name their common purpose as 'group'"
        yield SchemeProblem(("stacking",), message)


def _clawbacks(scheme: Scheme) -> Iterator[SchemeProblem]:
    conditions: tuple[Clawback, ...] = scheme.clawback if isinstance(scheme.clawback, tuple) else ()
    for index, condition in enumerate(conditions):
        if condition.kind == "revoked" and not isinstance(scheme.trigger, CertificateGained):
            message = "nothing can be revoked: the trigger is no certificate. Instead: use kind other, with a text"
            yield SchemeProblem(("clawback", index, "kind"), message)
        if condition.kind == "other" and condition.text is None:
            yield SchemeProblem(("clawback", index, "text"), "what happens then? Instead: say it in both languages")


_RULES: tuple[Callable[[Scheme], Iterator[SchemeProblem]], ...] = (_in_formulas, _tiers, _limits, _stacking, _clawbacks)


def needs_facts(bound: AmountPlan) -> bool:
    """Whether the amount depends on anything but the triggering fact itself."""
    return bound.scheme.amount_type is not AmountType.UNSET and bool(bound.uses or bound.scheme.requires)
