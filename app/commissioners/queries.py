"""Reads of experts and agreements."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.commissioners.domain import IDS, PlanCount
from app.commissioners.models import Commissioner, CommissionerProgramme, ServiceAgreement
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Keyset
from app.kit.permissions import within_region

BY_NAME = Keyset([(Commissioner.name_pinyin, "asc"), (Commissioner.id, "asc")])


# -- experts --------------------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> Select[Commissioner]:
    """The experts that `actor` may see: those kept by an office within its region."""
    return select(Commissioner).where(within_region(Commissioner.region_code, actor.region_prefix))


def with_agreements() -> tuple[Any, ...]:
    """Loader options: an expert with agreements, enterprises and programmes in a constant number of queries."""
    return (
        selectinload(Commissioner.agreements).options(
            joinedload(ServiceAgreement.enterprise), joinedload(ServiceAgreement.programme)
        ),
    )


def get_visible_to(session: Session, actor: Actor, public: str) -> Commissioner:
    """The expert with this public id, agreements loaded; raises NotFound commissioner.not_found."""
    number = IDS.row_id(public)
    if number is not None:
        statement = visible_to(actor).where(Commissioner.id == number).options(*with_agreements())
        found = session.scalars(statement).one_or_none()
        if found is not None:
            return found
    raise NotFound("commissioner.not_found", _("没有这位专家，或不在您的辖区内。"))


def find_same(session: Session, actor: Actor, name: str, unit: str, *, but: int | None = None) -> Commissioner | None:
    """An active expert of the same name and unit, if there is one besides `but`."""
    statement = visible_to(actor).where(
        Commissioner.name == name, Commissioner.unit == unit, Commissioner.disabled_on.is_(None)
    )
    if but is not None:
        statement = statement.where(Commissioner.id != but)
    return session.scalars(statement.limit(1)).first()


# -- programmes -------------------------------------------------------------------------------------------------------------


def list_programmes(session: Session) -> list[CommissionerProgramme]:
    """Every programme in the order they are offered."""
    return list(session.scalars(select(CommissionerProgramme).order_by(CommissionerProgramme.position)))


def get_programme(session: Session, code: str) -> CommissionerProgramme:
    """The programme of this code; raises NotFound commissioner.programme."""
    found = session.get(CommissionerProgramme, code)
    if found is None:
        raise NotFound("commissioner.programme", _("没有代码为“%(code)s”的专项。") % {"code": code[:40]})
    return found


# -- agreements -------------------------------------------------------------------------------------------------------------


def in_effect(on: date) -> ColumnElement[bool]:
    """Agreements with effect on that day."""
    return and_(
        ServiceAgreement.starts_on <= on,
        ServiceAgreement.ends_on >= on,
        or_(ServiceAgreement.ended_on.is_(None), ServiceAgreement.ended_on >= on),
    )


def touching_year(year: int) -> ColumnElement[bool]:
    """Agreements with effect on some day of the year; the SQL twin of `Term.touches_year`."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return and_(
        ServiceAgreement.starts_on <= last,
        ServiceAgreement.ends_on >= first,
        or_(
            ServiceAgreement.ended_on.is_(None),
            and_(ServiceAgreement.ended_on >= first, ServiceAgreement.ended_on >= ServiceAgreement.starts_on),
        ),
    )


def counted_in_year(counts_as: PlanCount, year: int, region_prefix: str) -> Select[Commissioner]:
    """The distinct persons that one headcount of the plan has in that year.

    They have an agreement with an enterprise of the region, under a programme of that headcount, with effect on
    some day of the year (plan clause 13).
    """
    served = (
        select(ServiceAgreement.commissioner_id)
        .join(CommissionerProgramme, CommissionerProgramme.code == ServiceAgreement.programme_code)
        .join(Enterprise, Enterprise.id == ServiceAgreement.enterprise_id)
        .where(
            CommissionerProgramme.counts_as == counts_as.value,
            touching_year(year),
            within_region(Enterprise.region_code, region_prefix),
        )
    )
    return select(Commissioner).where(Commissioner.id.in_(served))


def agreements_of_enterprise(session: Session, enterprise_id: int) -> list[ServiceAgreement]:
    """The agreements of one enterprise, the latest first, with expert and programme."""
    statement = (
        select(ServiceAgreement)
        .join(ServiceAgreement.commissioner)
        .where(ServiceAgreement.enterprise_id == enterprise_id)
        .options(contains_eager(ServiceAgreement.commissioner), joinedload(ServiceAgreement.programme))
        .order_by(ServiceAgreement.starts_on.desc(), ServiceAgreement.id.desc())
    )
    return list(session.scalars(statement))


def unfinished(on: date) -> ColumnElement[bool]:
    """Agreements with effect on that day or later."""
    return and_(
        ServiceAgreement.ends_on >= on, or_(ServiceAgreement.ended_on.is_(None), ServiceAgreement.ended_on >= on)
    )


def list_running(session: Session, enterprise_id: int, on: date) -> list[ServiceAgreement]:
    """The agreements of an enterprise with effect on that day or later."""
    return [
        agreement
        for agreement in agreements_of_enterprise(session, enterprise_id)
        if agreement.starts_on <= agreement.effective_end and agreement.effective_end >= on
    ]


def is_bound(session: Session, commissioner: Commissioner, on: date) -> bool:
    """Whether the expert has an agreement with effect on that day or later."""
    found = select(ServiceAgreement.id).where(ServiceAgreement.commissioner_id == commissioner.id, unfinished(on))
    return session.scalar(found.limit(1)) is not None


def get_agreement(session: Session, commissioner: Commissioner, agreement_id: int) -> ServiceAgreement:
    """One agreement of that expert; raises NotFound commissioner.agreement.not_found."""
    statement = (
        select(ServiceAgreement)
        .where(ServiceAgreement.id == agreement_id, ServiceAgreement.commissioner_id == commissioner.id)
        .options(joinedload(ServiceAgreement.enterprise), joinedload(ServiceAgreement.programme))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("commissioner.agreement.not_found", _("没有这份服务协议。"))
    return found
