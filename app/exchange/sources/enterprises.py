"""Enterprises as the exchange reads them; retired ones are absent."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from app.enterprises import fields
from app.enterprises.belongings import CROSSED_FROM
from app.enterprises.models import (
    Certificate,
    Enterprise,
    EnterpriseTag,
    FormerCode,
    FormerName,
    IntellectualProperty,
    YearlyFigures,
)
from app.enterprises.part_fields import CERTIFICATE, FIGURES, PROPERTY, TAG
from app.exchange.sources.base import Children, RecordSource, Touch, of_model
from app.exchange.sources.former_keys import codes_buried_by, codes_given_up
from app.exchange.sources.touches import ENTERPRISE
from app.journal.models import JournalEvent
from app.kit.fields import FieldTable
from app.kit.permissions import within_region


def given(model: Any, table: FieldTable) -> dict[str, ColumnElement[Any]]:
    """The columns of a record's table that partners are given."""
    return of_model(model, table.names(lambda field: field.exchanged))


def visible(statement: Select[Any], region_prefix: str) -> Select[Any]:
    """Firms of the region that are not retired."""
    return statement.where(within_region(Enterprise.region_code, region_prefix), Enterprise.disabled_on.is_(None))


def touches(session: Session, events: Sequence[JournalEvent]) -> Iterator[Touch]:
    """Every event of a firm carries the row it is about; few firms ever gave up a code."""
    given_up = codes_given_up(session, events)
    for event in events:
        firm = event.enterprise_id
        if firm is not None and CROSSED_FROM not in event.data:  # the merge itself tells of both firms
            codes = [code for position, code in given_up.get(firm, ()) if position >= event.position]
            codes += codes_buried_by(event)
            yield Touch(event.position, firm, tuple(codes))


SOURCE = RecordSource(
    resource="enterprises",
    id=Enterprise.id,
    key=Enterprise.uscc,
    firm=Enterprise.id,
    columns=given(Enterprise, fields.ENTERPRISE),
    visible=visible,
    follows=frozenset({ENTERPRISE}),
    touches=touches,
    children={
        "former_names": Children(FormerName.enterprise_id, {"name": FormerName.name}, (FormerName.id,)),
        "former_codes": Children(FormerCode.enterprise_id, {"uscc": FormerCode.uscc}, (FormerCode.id,)),
        "tags": Children(
            EnterpriseTag.enterprise_id,
            given(EnterpriseTag, TAG),
            (EnterpriseTag.tag,),
        ),
        "figures": Children(
            YearlyFigures.enterprise_id,
            given(YearlyFigures, FIGURES),
            (YearlyFigures.year, YearlyFigures.basis, YearlyFigures.source),
        ),
        "properties": Children(
            IntellectualProperty.enterprise_id,
            given(IntellectualProperty, PROPERTY),
            (IntellectualProperty.kind_code, IntellectualProperty.number),
        ),
        "certificates": Children(
            Certificate.enterprise_id, given(Certificate, CERTIFICATE), (Certificate.kind, Certificate.number)
        ),
    },
)
