"""Incentives on file: those that somebody has acted on."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from app.enterprises.likely import likely_within
from app.enterprises.models import Enterprise
from app.incentives.domain.steps import IDS, IncentiveState
from app.incentives.models import Incentive, PastAward
from app.incentives.queries.clawback import reaches
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Keyset, Page, page

BY_FACT = Keyset([(Incentive.triggered_on, "desc"), (Incentive.id, "desc")])


@dataclass(frozen=True)
class AwardFilter:
    """What a list of incentives on file is narrowed to."""

    state: IncentiveState | None = None
    scheme: str = ""
    year: int | None = None


def visible_to(actor: Actor) -> Select[Incentive]:
    """The incentives of firms within the actor's region, firms loaded along."""
    return (
        select(Incentive)
        .join(Incentive.enterprise)
        .where(likely_within(Enterprise.region_code, actor.region_prefix))
        .options(contains_eager(Incentive.enterprise))
    )


def filtered_visible_to(actor: Actor, wanted: AwardFilter) -> Select[Incentive]:
    """The incentives of `visible_to`, narrowed."""
    statement = visible_to(actor)
    if wanted.state is not None:
        statement = statement.where(Incentive.state == wanted.state.value)
    if wanted.scheme:
        statement = statement.where(Incentive.scheme_code == wanted.scheme)
    if wanted.year is not None:
        statement = statement.where(_of_year(wanted.year))
    return statement


def _of_year(year: int) -> ColumnElement[bool]:
    return Incentive.triggered_on.between(date(year, 1, 1), date(year, 12, 31))


def page_visible_to(
    session: Session,
    actor: Actor,
    wanted: AwardFilter,
    cursor: str | None = None,
    limit: int = 50,
    *,
    keyset: Keyset = BY_FACT,
) -> Page[Incentive]:
    """One page of incentives on file with firm and steps."""
    statement = filtered_visible_to(actor, wanted).options(selectinload(Incentive.steps))
    return page(session, statement, keyset, cursor, limit)


def count_by_state(session: Session, actor: Actor, year: int | None = None) -> dict[tuple[str, IncentiveState], int]:
    """How many incentives each scheme has in each state, within the actor's region; by facts of one year if asked so."""
    rows = session.execute(
        select(Incentive.scheme_code, Incentive.state, func.count())
        .join(Incentive.enterprise)
        .where(likely_within(Enterprise.region_code, actor.region_prefix), true() if year is None else _of_year(year))
        .group_by(Incentive.scheme_code, Incentive.state)
    )
    return {(code, IncentiveState(state)): n for code, state, n in rows}


def get_visible_to(session: Session, actor: Actor, public: str) -> Incentive:
    """The incentive with this public id, with firm, version and steps; raises NotFound incentive.not_found.

    An officer still sees what was given under a scheme of the own area after the firm has moved out of it.
    """
    number = IDS.row_id(public)
    if number is not None:
        statement = (
            select(Incentive)
            .join(Incentive.enterprise)
            .join(Incentive.scheme_version)
            .where(Incentive.id == number, reaches(actor))
            .options(
                contains_eager(Incentive.enterprise),
                contains_eager(Incentive.scheme_version),
                selectinload(Incentive.steps),
            )
        )
        found = session.scalars(statement).one_or_none()
        if found is not None:
            return found
    raise NotFound("incentive.not_found", _("没有这项奖补记录，或不在您的辖区内。"))


def list_of_enterprise(session: Session, enterprise_id: int) -> list[Incentive]:
    """Everything on file of one enterprise, the latest fact first; undone recommendations are left out."""
    statement = (
        select(Incentive)
        .where(Incentive.enterprise_id == enterprise_id, Incentive.state != IncentiveState.ELIGIBLE.value)
        .options(selectinload(Incentive.steps))
        .order_by(Incentive.triggered_on.desc(), Incentive.id.desc())
    )
    return list(session.scalars(statement))


def list_past(session: Session, enterprise_id: int) -> list[PastAward]:
    """What lists of the past say was given to one enterprise, the latest year first."""
    statement = select(PastAward).where(PastAward.enterprise_id == enterprise_id)
    return list(session.scalars(statement.order_by(PastAward.year.desc(), PastAward.id)))


def find_by_fact(session: Session, enterprise_id: int, scheme_code: str, trigger_key: str) -> Incentive | None:
    """The incentive of one firm, scheme and fact, if it is on file."""
    return session.scalars(
        select(Incentive).where(
            Incentive.enterprise_id == enterprise_id,
            Incentive.scheme_code == scheme_code,
            Incentive.trigger_key == trigger_key,
        )
    ).one_or_none()


def last_step_on(incentive: Incentive) -> date:
    """The day before which the next step cannot lie."""
    days = [step.happened_on for step in incentive.steps if step.undone_at is None]
    return max([incentive.triggered_on, *days])
