"""政策奖补 · 政策: the schemes with their versions, how each amount is found, and the year's budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.timeline import TimelineLine, timeline_lines
from app.incentives import actions
from app.incentives.domain.plan import AmountPlan
from app.incentives.domain.scheme import STACKING_LABELS, Origin, Scheme, Stacking, Status
from app.incentives.domain.steps import IncentiveState
from app.incentives.queries import awards, schemes
from app.incentives.queries.budgets import area_of
from app.incentives.queries.schemes import SchemeFamily, SchemeVersion
from app.incentives.service import amounts, budgets
from app.incentives.service.calculation import plans_of
from app.incentives.words import method_text
from app.journal.queries import timeline
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.programmes.queries import load_catalogue
from app.reference.queries import list_terms
from app.web.incentives.budget import YEARS, BudgetCard, beneath_county, budget_card
from app.web.incentives.clawback import clawback_texts
from app.web.incentives.lines import advisory, method, scheme_pairs, status_text, trigger_text

router = GuardedRouter(door="web", prefix="/incentives/schemes")

YEARS_SHOWN = 10


@dataclass(frozen=True)
class SchemeRow:
    """One scheme in the list, with its version of today."""

    code: str
    name: str
    trigger: str
    amount: str
    authority: str
    status: str
    verified: bool
    on_file: int


@dataclass(frozen=True)
class SchemesPage:
    """Every scheme of the officer's area."""

    advisory: str
    rows: tuple[SchemeRow, ...]


@dataclass(frozen=True)
class VersionRow:
    """One version of a scheme."""

    version: SchemeVersion
    amount: str
    origin: str
    by: str
    in_force: bool


@dataclass(frozen=True)
class StackingView:
    """How a scheme goes with others: the rule in words, and the schemes of the same purpose."""

    rule: str
    explained: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SchemePage:
    """One scheme: what it says today, its versions, what the bureau may set."""

    advisory: str
    code: str
    name: str
    trigger: str
    verified: bool
    method: tuple[str, ...]
    pairs: Sequence[tuple[str, Any]]
    stacking: StackingView
    clawback: tuple[str, ...]
    budget: BudgetCard | None
    group_budget: BudgetCard | None
    years: tuple[int, ...]
    versions: tuple[VersionRow, ...]
    may_set: bool
    may_set_budget: bool
    timeline: tuple[TimelineLine, ...]


@router.get("", action=actions.LIST)
def schemes_page(call: Call) -> Response:
    names = _names(call.session)
    on_file = awards.count_by_state(call.session, call.actor)
    families = schemes.list_families(call.session, call.actor.region_prefix)
    plans = plans_of(call.session, (family.shown(call.on) for family in families))
    rows = tuple(_row(family, call.on, names, on_file, plans) for family in families)
    return call.render("web/incentives/schemes.html", SchemesPage(advisory(), rows))


@router.get("/{code}", action=actions.READ)
def scheme_page(call: Call, code: str, year: str = "") -> Response:
    families = schemes.list_families(call.session, call.actor.region_prefix)
    family = schemes.get_family(call.session, code, call.actor.region_prefix)
    on = call.on
    shown = family.shown(on)
    plans = plans_of(call.session, family.versions)
    asked = int(year) if year in YEARS else on.year
    page = SchemePage(
        advisory=advisory(),
        code=family.code,
        name=str(shown.scheme.name),
        trigger=_trigger(shown.scheme, _names(call.session)),
        verified=shown.scheme.status is Status.VERIFIED,
        method=tuple(method_text(plans[shown.row.id])),
        pairs=scheme_pairs(shown.scheme),
        stacking=_stacking(family, families),
        clawback=clawback_texts(shown.scheme),
        **_budgets(call.session, call.actor, family, families, asked),
        years=tuple(range(on.year, min(v.row.effective_from.year for v in family.versions) - 1, -1))[:YEARS_SHOWN],
        versions=tuple(_version_row(version, plans, version is family.in_force(on)) for version in family.versions),
        may_set=amounts.may_set_amount(call.actor, family),
        may_set_budget=amounts.may_set_amount(call.actor, family) and can(call.actor, actions.SET_BUDGET),
        timeline=timeline_lines(call.session, timeline(call.session, kind="incentive_scheme", id=code, limit=30)),
    )
    return call.render("web/incentives/scheme.html", page)


def _stacking(family: SchemeFamily, families: Sequence[SchemeFamily]) -> StackingView:
    stacking = family.versions[0].scheme.stacking
    others = [item for item in budgets.of_purpose(family, families) if item.code != family.code]
    return StackingView(
        rule=_(STACKING_LABELS[stacking]) if stacking else "",
        explained=_(_EXPLAINED[stacking]) if stacking else "",
        others=tuple((item.code, str(item.versions[0].scheme.name)) for item in others),
    )


_EXPLAINED = {
    Stacking.HIGHEST_ONLY: N_("同一用途、同一年度只享受金额最高的一项，其余让位。"),
    Stacking.CUMULATIVE: N_("与其他政策各自全额享受。"),
    Stacking.DIFFERENCE: N_("同一用途、同一年度已享受其他奖补的，只补足差额。"),
}


def _budgets(
    session: Session, actor: Actor, family: SchemeFamily, families: Sequence[SchemeFamily], year: int
) -> dict[str, BudgetCard | None]:
    """The year's budget; not for those who see only a part of the area that it is for."""
    if not area_of(family, actor).startswith(actor.region_prefix) or beneath_county(actor):
        return {"budget": None, "group_budget": None}
    own = budgets.budget_of(session, actor, family, families, year)
    together = len(budgets.of_purpose(family, families)) > 1
    group = budgets.budget_of_group(session, actor, family, families, year) if together else None
    return {
        "budget": budget_card(own, family.code),
        "group_budget": budget_card(group, family.code) if group else None,
    }


@dataclass(frozen=True)
class _Names:
    certificates: dict[str, str]
    programmes: dict[str, str]


def _names(session: Session) -> _Names:
    kinds = list_terms(session, "certificate_kind")["certificate_kind"]
    return _Names(
        certificates={choice.code: choice.label for choice in kinds},
        programmes={code: str(item.title) for code, item in load_catalogue(session).known().items()},
    )


def _trigger(scheme: Scheme, names: _Names) -> str:
    return trigger_text(scheme, names.certificates, names.programmes)


def _row(
    family: SchemeFamily,
    on: date,
    names: _Names,
    on_file: Mapping[tuple[str, IncentiveState], int],
    plans: Mapping[int, AmountPlan],
) -> SchemeRow:
    shown = family.shown(on)
    return SchemeRow(
        code=family.code,
        name=str(shown.scheme.name),
        trigger=_trigger(shown.scheme, names),
        amount=method(plans[shown.row.id]),
        authority=str(shown.scheme.authority),
        status=status_text(shown.scheme),
        verified=shown.scheme.status is Status.VERIFIED,
        on_file=sum(
            n for (code, state), n in on_file.items() if code == family.code and state is not IncentiveState.ELIGIBLE
        ),
    )


def _version_row(version: SchemeVersion, plans: Mapping[int, AmountPlan], in_force: bool) -> VersionRow:
    return VersionRow(
        version=version,
        amount=method(plans[version.row.id]),
        origin=_("本局设定") if version.row.origin == Origin.BUREAU.value else _("随系统发布"),
        by=version.row.published_by if version.row.origin == Origin.BUREAU.value else _("系统"),
        in_force=in_force,
    )
