"""What a firm states about itself after a self-check: only what it may say, all at once, each with its source."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import require
from app.policies import events
from app.policies.actions import STATE_OWN_FACT
from app.policies.models import FactStatement
from app.policies.queries import get_catalogue
from app.policies.schemas import StatementInput
from app.policies.service.statements import check_statement, new_statement, stated_value

MOST = 60


def hand_in_facts(
    session: Session, *, actor: Actor, enterprise: Enterprise, statements: Sequence[StatementInput], now: datetime
) -> list[FactStatement]:
    """Keep a firm's statements about itself. One event on the firm.

    Raises `Invalid` for none or too many, a fact that the firm does not say, a bad value or a future day.
    """
    require(actor, STATE_OWN_FACT, enterprise)
    if not statements or len(statements) > MOST:
        raise Invalid("policies.handed_in", _("没有可以提交的数据。"))
    catalogue = get_catalogue(session)
    rows = []
    for data in statements:
        definition = catalogue.get(data.fact_code)
        if definition is None or not definition.firm_says:
            raise Invalid("policies.not_said_by_firm", _("其中有不由企业说明的数据，没有提交。"))
        check_statement(definition, data, today(now))
        rows.append(new_statement(actor, enterprise, data, now))
    session.add_all(rows)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.FACTS_HANDED_IN,
        subject=SubjectKey("enterprise", str(enterprise.id), enterprise.name, enterprise.id, enterprise.region_code),
        changes={"statements": (None, [stated_value(catalogue[row.fact_code], row) for row in rows])},
        data={"statements": [row.id for row in rows]},
    )
    return rows
