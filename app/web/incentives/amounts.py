"""政策奖补 · 设定: how much the bureau gives under a scheme, and the budget of a year."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.incentives import actions
from app.incentives.domain.clawback import SEEN, conditions
from app.incentives.domain.scheme import (
    AMOUNT_TYPE_LABELS,
    APPLY_MODE_LABELS,
    CLAWBACK_LABELS,
    STACKING_LABELS,
    AmountType,
    ClawbackKind,
    Scheme,
)
from app.incentives.queries import schemes
from app.incentives.queries.budgets import area_of, list_budgets
from app.incentives.queries.schemes import SchemeFamily
from app.incentives.schemas import BudgetInput, SetAmountInput
from app.incentives.service import amounts, budgets
from app.incentives.service.drafting import MEASURES, formula_of, tier_start
from app.incentives.words import COARSER, yuan
from app.kit.i18n import _
from app.policies.descriptions import unit_text
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, Periodicity
from app.policies.domain.values.units import Unit
from app.policies.queries import get_catalogue
from app.web.incentives.lines import advisory

router = GuardedRouter(door="web", prefix="/incentives/schemes/{code}")

TIERS = 5
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AmountPage:
    """The form of how much."""

    advisory: str
    code: str
    name: str
    form: Bound[SetAmountInput]
    kinds: Options
    bases: Options
    measures: Options
    tiers: tuple[tuple[str, str], ...]
    roundings: Options
    stackings: Options
    groups: Options
    modes: Options
    clawbacks: Options


@dataclass(frozen=True)
class BudgetPage:
    """The form of a year's budget, and what was set before."""

    code: str
    name: str
    form: Bound[BudgetInput]
    others: tuple[str, ...]
    rows: tuple[tuple[Any, str], ...]


# -- how much -----------------------------------------------------------------------------------------------------------------


@router.get("/amount", action=actions.SET_AMOUNT)
def amount_page(call: Call, code: str) -> Response:
    family = schemes.get_family(call.session, code, call.actor.region_prefix)
    amounts.require_set_amount(call.actor, family)
    raw = _as_it_stands(family.shown(call.on).scheme, get_catalogue(call.session))
    return _amount_page(call, family, empty(raw))


@router.post("/amount", action=actions.SET_AMOUNT)
def set_amount(call: Call, code: str) -> Response:
    family = schemes.get_family(call.session, code, call.actor.region_prefix)
    return call.submit(
        SetAmountInput,
        lambda given: amounts.set_amount(call.session, **call.by, family=family, given=given),
        done=lambda _done: call.redirect(f"/incentives/schemes/{code}", good=_("金额已设定，原版本保留。")),
        again=lambda bound: _amount_page(call, family, bound),
    )


def _amount_page(call: Call, family: SchemeFamily, form: Bound[SetAmountInput]) -> Response:
    catalogue = get_catalogue(call.session)
    others = [
        item for item in schemes.list_families(call.session, call.actor.region_prefix) if item.code != family.code
    ]
    scheme = family.shown(call.on).scheme
    page = AmountPage(
        advisory=advisory(),
        code=family.code,
        name=str(scheme.name),
        form=form,
        kinds=tuple((kind.value, _(AMOUNT_TYPE_LABELS[kind])) for kind in _KINDS),
        bases=_facts(catalogue, frozenset({Unit.YUAN})),
        measures=_facts(catalogue, MEASURES, with_unit=True),
        tiers=_tier_rows(form.raw),
        roundings=tuple((unit, _("到%(unit)s，不足部分舍去") % {"unit": _(label)}) for unit, label in COARSER.items()),
        stackings=tuple((kind.value, _(label)) for kind, label in STACKING_LABELS.items()),
        groups=_groups(scheme, others),
        modes=tuple((mode.value, _(label)) for mode, label in APPLY_MODE_LABELS.items()),
        clawbacks=tuple((kind.value, _(CLAWBACK_LABELS[kind])) for kind in _clawback_kinds(scheme)),
    )
    return call.render("web/incentives/amount.html", page)


_KINDS = (AmountType.FIXED, AmountType.RATIO, AmountType.TIER)


def _facts(catalogue: Catalogue, units: frozenset[Unit], *, with_unit: bool = False) -> Options:
    found = [fact for fact in catalogue.values() if fact.unit in units]
    return tuple((fact.code, _fact_label(fact, with_unit=with_unit)) for fact in found)


def _fact_label(fact: FactDefinition, *, with_unit: bool) -> str:
    label = _("近一年%(what)s") % {"what": fact.label} if fact.told is Periodicity.BY_YEAR else str(fact.label)
    return _("%(what)s（%(unit)s）") % {"what": label, "unit": unit_text(fact.unit)} if with_unit else label


def _groups(scheme: Scheme, others: list[SchemeFamily]) -> Options:
    """The purposes that a scheme can share: each named after the schemes that have it."""
    names: dict[str, list[str]] = {}
    for item in others:
        names.setdefault(item.versions[0].scheme.purpose, []).append(str(item.versions[0].scheme.name))
    if scheme.group and scheme.group not in names:
        names[scheme.group] = [scheme.group]
    return tuple((purpose, _("、").join(found)) for purpose, found in names.items())


def _clawback_kinds(scheme: Scheme) -> list[ClawbackKind]:
    """Those that need no words of their own, and those that the scheme has words for."""
    return list(dict.fromkeys([*SEEN, ClawbackKind.FALSE_DATA, *(item.kind for item in conditions(scheme))]))


def _tier_rows(raw: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    starts, given = (list(raw.get(name) or []) for name in ("tier_from", "tier_amount"))
    rows = max(TIERS, len(starts))
    pad = [""] * rows
    return tuple(zip((starts + pad)[:rows], (given + pad)[:rows], strict=True))


def _as_it_stands(scheme: Scheme, catalogue: Catalogue) -> dict[str, Any]:
    """The form filled with the version shown, so that a correction changes only what is wrong."""
    own = conditions(scheme)
    return {
        "amount_type": scheme.amount_type if scheme.amount_type in _KINDS else AmountType.FIXED,
        "amount": _plain(scheme.amount),
        "ratio": _plain(scheme.ratio * 100) if scheme.ratio is not None else "",
        "base": _code_of(str(scheme.base or ""), catalogue),
        **_tiers_as_they_stand(scheme, catalogue),
        "cap": _plain(scheme.cap),
        "floor": _plain(scheme.floor),
        "annual_limit": _plain(scheme.annual_limit),
        "rounding": scheme.rounding.to if scheme.rounding else "",
        "stacking": scheme.stacking or "",
        "group": scheme.group or "",
        "apply_mode": scheme.apply_mode or "",
        "clawback": [condition.kind.value for condition in own],
        "clawback_years": next((condition.within_years for condition in own if condition.within_years), ""),
        "effective_from": scheme.effective_from.isoformat(),
        "document_number": scheme.document_number,
        "clause": scheme.clause,
    }


def _tiers_as_they_stand(scheme: Scheme, catalogue: Catalogue) -> dict[str, Any]:
    """Tiers that the form can show: one measure, one start each."""
    found = [start for tier in scheme.tiers if (start := tier_start(tier.when or ""))]
    measures = {start.formula for start in found}
    if len(found) < len(scheme.tiers) or len(measures) != 1:
        return {}
    return {
        "tier_by": _code_of(measures.pop(), catalogue),
        "tier_from": [_plain(start.least) for start in found],
        "tier_amount": [_plain(tier.amount) for tier in scheme.tiers],
    }


def _code_of(formula: str, catalogue: Catalogue) -> str:
    return next((code for code, fact in catalogue.items() if formula_of(fact) == formula), "")


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


# -- the budget of a year -----------------------------------------------------------------------------------------------------


@router.get("/budget", action=actions.SET_BUDGET)
def budget_page(call: Call, code: str) -> Response:
    family = schemes.get_family(call.session, code, call.actor.region_prefix)
    amounts.require_set_amount(call.actor, family)
    return _budget_page(call, family, empty({"year": call.on.year}))


@router.post("/budget", action=actions.SET_BUDGET)
def set_budget(call: Call, code: str) -> Response:
    family = schemes.get_family(call.session, code, call.actor.region_prefix)
    return call.submit(
        BudgetInput,
        lambda given: budgets.set_budget(call.session, **call.by, family=family, given=given),
        done=lambda done: call.redirect(f"/incentives/schemes/{code}?year={done.year}", good=_("预算已设定。")),
        again=lambda bound: _budget_page(call, family, bound),
    )


def _budget_page(call: Call, family: SchemeFamily, form: Bound[BudgetInput]) -> Response:
    families = schemes.list_families(call.session, call.actor.region_prefix)
    scheme = family.versions[0].scheme
    area = area_of(family, call.actor)
    own = [row for row in list_budgets(call.session, family.code, area) if not row.whole_group]
    shared = [row for row in list_budgets(call.session, scheme.purpose, area) if row.whole_group]
    page = BudgetPage(
        code=family.code,
        name=str(scheme.name),
        form=form,
        others=tuple(
            str(item.versions[0].scheme.name)
            for item in budgets.of_purpose(family, families)
            if item.code != family.code
        ),
        rows=tuple(
            (row, yuan(row.amount_fen)) for row in sorted([*own, *shared], key=lambda row: (-row.year, -row.id))
        ),
    )
    return call.render("web/incentives/budget.html", page)
