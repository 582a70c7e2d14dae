"""Enterprises as the exchange reads them; retired ones are absent."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.enterprises.models import (
    Certificate,
    Enterprise,
    EnterpriseTag,
    FormerCode,
    FormerName,
    IntellectualProperty,
    YearlyFigures,
)
from app.exchange.sources.base import Children, Source, of_model
from app.journal.models import JournalEvent
from app.kit.permissions import within_region

_PLAIN = (
    "uscc",
    "uscc_confirmed",
    "name",
    "registered_on",
    "kind",
    "capital_fen",
    "capital_currency",
    "legal_representative",
    "industry_code",
    "field_code",
    "field_detail",
    "region_code",
    "park_code",
    "address",
    "business_scope",
    "scale",
    "above_scale",
    "created_at",
    "updated_at",
)
_FIGURES = (
    "year",
    "basis",
    "source",
    "sales_revenue_fen",
    "total_income_fen",
    "high_tech_income_fen",
    "net_assets_fen",
    "total_assets_fen",
    "rd_personnel_fen",
    "rd_direct_fen",
    "rd_depreciation_fen",
    "rd_amortisation_fen",
    "rd_design_fen",
    "rd_equipment_fen",
    "rd_other_fen",
    "rd_outsourced_domestic_fen",
    "rd_outsourced_overseas_fen",
    "staff_average_e4",
    "rd_staff_average_e4",
)
_PROPERTY = ("kind_code", "ip_class", "number", "name", "acquired_by", "granted_on", "expires_on")
_CERTIFICATE = ("kind", "number", "issued_on", "expires_on", "revoked_on", "case_number")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Firms of the region that are not retired."""
    return statement.where(within_region(Enterprise.region_code, region_prefix), Enterprise.disabled_on.is_(None))


def rows_of(_session: Session, events: Sequence[JournalEvent]) -> Mapping[int, int]:
    """Every event of a firm carries the row it is about."""
    return {event.position: event.enterprise_id for event in events if event.enterprise_id is not None}


def former_keys(session: Session, events: Sequence[JournalEvent]) -> Mapping[int, list[str]]:
    """The codes that these firms bore at each event or since, and gave up: few firms ever do."""
    firms = {event.enterprise_id for event in events}
    renamed = set(session.scalars(select(FormerCode.enterprise_id).where(FormerCode.enterprise_id.in_(firms))))
    concerned = [event for event in events if event.enterprise_id in renamed]
    if not concerned:
        return {}
    given_up = _given_up(session, renamed, concerned[0].position)
    return {
        event.position: [
            code for firm, position, code in given_up if firm == event.enterprise_id and position >= event.position
        ]
        for event in concerned
    }


def _given_up(session: Session, firms: set[int], since: int) -> list[tuple[int | None, int, str]]:
    """(firm, position, code given up there), from the position `since` on."""
    changed = session.execute(
        select(JournalEvent.enterprise_id, JournalEvent.position, JournalEvent.changes)
        .where(
            JournalEvent.enterprise_id.in_(firms),
            JournalEvent.subject_kind == "enterprise",
            JournalEvent.position >= since,
        )
        .order_by(JournalEvent.position)
    )
    return [(firm, position, str(changes["uscc"][0])) for firm, position, changes in changed if _gives_up(changes)]


def _gives_up(changes: Mapping[str, Any]) -> bool:
    return "uscc" in changes and bool(changes["uscc"][0])


SOURCE = Source(
    resource="enterprises",
    id=Enterprise.id,
    key=Enterprise.uscc,
    firm=Enterprise.id,
    columns=of_model(Enterprise, _PLAIN),
    visible=visible,
    rows_of=rows_of,
    former_keys=former_keys,
    children={
        "former_names": Children(FormerName.enterprise_id, {"name": FormerName.name}, (FormerName.id,)),
        "former_codes": Children(FormerCode.enterprise_id, {"uscc": FormerCode.uscc}, (FormerCode.id,)),
        "tags": Children(
            EnterpriseTag.enterprise_id,
            of_model(EnterpriseTag, ("tag", "granted_on", "expires_on")),
            (EnterpriseTag.tag,),
        ),
        "figures": Children(
            YearlyFigures.enterprise_id,
            of_model(YearlyFigures, _FIGURES),
            (YearlyFigures.year, YearlyFigures.basis, YearlyFigures.source),
        ),
        "properties": Children(
            IntellectualProperty.enterprise_id,
            of_model(IntellectualProperty, _PROPERTY),
            (IntellectualProperty.kind_code, IntellectualProperty.number),
        ),
        "certificates": Children(
            Certificate.enterprise_id, of_model(Certificate, _CERTIFICATE), (Certificate.kind, Certificate.number)
        ),
    },
)
