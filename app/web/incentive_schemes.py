"""政策奖补 · 政策: the schemes with their versions, and the amount that the bureau sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
from app.doors.timeline import TimelineLine, timeline_lines
from app.incentives import actions
from app.incentives.domain.scheme import Origin, Scheme, Status
from app.incentives.domain.steps import State
from app.incentives.queries import awards, schemes
from app.incentives.queries.schemes import SchemeFamily, SchemeVersion
from app.incentives.schemas import SetAmountInput
from app.incentives.service import amounts
from app.journal.queries import timeline
from app.kit.clock import today
from app.kit.i18n import _
from app.programmes.queries import load_catalogue
from app.reference.queries import list_terms
from app.web.incentive_lines import advisory, scheme_amount, scheme_pairs, status_text, trigger_text

router = GuardedRouter(door="web", prefix="/incentives/schemes")


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
class SchemePage:
    """One scheme: what it says today, its versions, what the bureau may set."""

    advisory: str
    code: str
    name: str
    trigger: str
    amount: str
    verified: bool
    pairs: Sequence[tuple[str, Any]]
    versions: tuple[VersionRow, ...]
    may_set: bool
    timeline: tuple[TimelineLine, ...]


@dataclass(frozen=True)
class AmountPage:
    """The form of an amount."""

    advisory: str
    code: str
    name: str
    form: Bound[SetAmountInput]


@router.get("", action=actions.LIST)
def schemes_page(request: Request, session: DbSession, actor: CurrentActor, now: Now) -> Response:
    names = _names(session)
    on_file = awards.count_by_state(session, actor)
    families = schemes.list_families(session, actor.region_prefix)
    rows = tuple(_row(family, today(now), names, on_file) for family in families)
    return render(request, "web/incentives/schemes.html", SchemesPage(advisory(), rows))


@router.get("/{code}", action=actions.READ)
def scheme_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, code: str) -> Response:
    family = schemes.get_family(session, code, actor.region_prefix)
    on = today(now)
    shown = family.shown(on)
    page = SchemePage(
        advisory=advisory(),
        code=family.code,
        name=str(shown.scheme.name),
        trigger=_trigger(shown.scheme, _names(session)),
        amount=scheme_amount(shown.scheme, shown.row.amount_fen),
        verified=shown.scheme.status is Status.VERIFIED,
        pairs=scheme_pairs(shown.scheme),
        versions=tuple(_version_row(version, version is family.in_force(on)) for version in family.versions),
        may_set=amounts.may_set_amount(actor, family),
        timeline=timeline_lines(request, timeline(session, kind="incentive_scheme", id=code, limit=30)),
    )
    return render(request, "web/incentives/scheme.html", page)


@router.get("/{code}/amount", action=actions.SET_AMOUNT)
def amount_page(request: Request, session: DbSession, actor: CurrentActor, now: Now, code: str) -> Response:
    family = schemes.get_family(session, code, actor.region_prefix)
    amounts.require_set_amount(actor, family)
    raw = {"effective_from": family.shown(today(now)).row.effective_from.isoformat()}
    return _amount_page(request, family, today(now), empty(raw))


@router.post("/{code}/amount", action=actions.SET_AMOUNT)
def set_amount(request: Request, session: DbSession, actor: CurrentActor, form: Form, now: Now, code: str) -> Response:
    family = schemes.get_family(session, code, actor.region_prefix)
    bound = bind(SetAmountInput, form)
    done = attempt(
        session, bound, lambda given: amounts.set_amount(session, actor=actor, family=family, given=given, now=now)
    )
    if done is not None:
        return redirect(request, f"/incentives/schemes/{code}", good=_("金额已设定，原版本保留。"))
    return _amount_page(request, family, today(now), bound, status=422)


def _amount_page(
    request: Request, family: SchemeFamily, on: date, form: Bound[SetAmountInput], *, status: int = 200
) -> Response:
    page = AmountPage(advisory(), family.code, str(family.shown(on).scheme.name), form)
    return render(request, "web/incentives/amount.html", page, status=status)


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


def _row(family: SchemeFamily, on: date, names: _Names, on_file: dict[tuple[str, State], int]) -> SchemeRow:
    shown = family.shown(on)
    return SchemeRow(
        code=family.code,
        name=str(shown.scheme.name),
        trigger=_trigger(shown.scheme, names),
        amount=scheme_amount(shown.scheme, shown.row.amount_fen),
        authority=str(shown.scheme.authority),
        status=status_text(shown.scheme),
        verified=shown.scheme.status is Status.VERIFIED,
        on_file=sum(n for (code, state), n in on_file.items() if code == family.code and state is not State.ELIGIBLE),
    )


def _version_row(version: SchemeVersion, in_force: bool) -> VersionRow:
    return VersionRow(
        version=version,
        amount=scheme_amount(version.scheme, version.row.amount_fen),
        origin=_("本局设定") if version.row.origin == Origin.BUREAU.value else _("随系统发布"),
        by=version.row.published_by if version.row.origin == Origin.BUREAU.value else _("系统"),
        in_force=in_force,
    )
