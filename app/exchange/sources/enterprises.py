"""Enterprises as the exchange reads them; retired ones are absent."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select
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
from app.exchange.sources.base import Children, Source, Touch, of_model
from app.exchange.sources.former_keys import codes_given_up
from app.exchange.sources.touching import ENTERPRISE
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
FIGURES = (
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
PROPERTY = ("kind_code", "ip_class", "number", "name", "acquired_by", "granted_on", "expires_on")
_CERTIFICATE = ("kind", "number", "issued_on", "expires_on", "revoked_on", "case_number")


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Firms of the region that are not retired."""
    return statement.where(within_region(Enterprise.region_code, region_prefix), Enterprise.disabled_on.is_(None))


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """Every event of a firm carries the row it is about; few firms ever gave up a code."""
    given_up = codes_given_up(session, events)
    for event in events:
        firm = event.enterprise_id
        if firm is not None:
            codes = [code for position, code in given_up.get(firm, ()) if position >= event.position]
            yield Touch(event.position, firm, tuple(codes))


SOURCE = Source(
    resource="enterprises",
    id=Enterprise.id,
    key=Enterprise.uscc,
    firm=Enterprise.id,
    columns=of_model(Enterprise, _PLAIN),
    visible=visible,
    follows=frozenset({ENTERPRISE}),
    touches=touches,
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
            of_model(YearlyFigures, FIGURES),
            (YearlyFigures.year, YearlyFigures.basis, YearlyFigures.source),
        ),
        "properties": Children(
            IntellectualProperty.enterprise_id,
            of_model(IntellectualProperty, PROPERTY),
            (IntellectualProperty.kind_code, IntellectualProperty.number),
        ),
        "certificates": Children(
            Certificate.enterprise_id, of_model(Certificate, _CERTIFICATE), (Certificate.kind, Certificate.number)
        ),
    },
)
