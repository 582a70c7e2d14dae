"""Stating what no table knows (no accident in the last year, no property at all), and taking it back."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _, use_locale
from app.kit.permissions import require
from app.policies import events
from app.policies.actions import STATE_FACT
from app.policies.domain.explain.fact_input import BadFactsError, read_single
from app.policies.domain.facts.catalogue import FactDefinition, FactKey, Periodicity
from app.policies.models import FactStatement, by_actor
from app.policies.queries import get_catalogue, get_statement
from app.policies.schemas import StatementInput
from app.policies.words import fact_text, stated_text


def state_fact(
    session: Session, *, actor: Actor, enterprise: Enterprise, data: StatementInput, now: datetime
) -> FactStatement:
    """Keep a statement about a firm. Raises `Invalid` for a fact nobody states, a bad value, or a future day."""
    require(actor, STATE_FACT, enterprise)
    definition = get_catalogue(session).get(data.fact_code)
    if definition is None or definition.said_by is None:
        raise Invalid("policies.not_stated", _("这项事实由系统中的数据得出，不需要情况说明。"))
    check_statement(definition, data, today(now))
    row = new_statement(actor, enterprise, data, now)
    session.add(row)
    session.flush()
    _note(session, actor, enterprise, row, now, withdrawn=False)
    return row


def withdraw_statement(
    session: Session, *, actor: Actor, enterprise: Enterprise, statement_id: int, now: datetime
) -> None:
    """Take a statement back; what was stated before it counts again. Raises `NotFound`."""
    require(actor, STATE_FACT, enterprise)
    row = get_statement(session, enterprise.id, statement_id)
    row.withdrawn_at = now
    _note(session, actor, enterprise, row, now, withdrawn=True)


def new_statement(actor: Actor, enterprise: Enterprise, data: StatementInput, now: datetime) -> FactStatement:
    """The row of a statement, not yet added."""
    return FactStatement(
        enterprise_id=enterprise.id,
        fact_code=data.fact_code,
        year=data.year,
        value=data.value,
        stated_on=data.stated_on,
        source=data.source,
        **by_actor(actor),
        created_at=now,
    )


def check_statement(definition: FactDefinition, data: StatementInput, day: date) -> None:
    """Raises `Invalid` for a year where none belongs or none where one does, a day after `day`, or a bad value."""
    if (data.year is None) == (definition.told is Periodicity.BY_YEAR) or (
        data.year and definition.told is Periodicity.ONCE
    ):
        message = _("请填写年度。") if definition.told is Periodicity.BY_YEAR else _("这项事实不按年度填写。")
        raise Invalid("policies.statement_year", message, {"year": message})
    if data.stated_on > day:
        message = _("说明日期不能晚于今天。")
        raise Invalid("policies.statement_day", message, {"stated_on": message})
    try:
        read_single(definition, data.year, data.value, "value")
    except BadFactsError as error:
        raise Invalid("policies.statement_value", str(error), {"value": str(error)}) from None


def _note(
    session: Session, actor: Actor, enterprise: Enterprise, row: FactStatement, now: datetime, *, withdrawn: bool
) -> None:
    subject = SubjectKey("enterprise", str(enterprise.id), enterprise.name, enterprise.id, enterprise.region_code)
    stated = stated_value(get_catalogue(session)[row.fact_code], row)
    record(
        session,
        actor=actor,
        now=now,
        type=events.FACT_WITHDRAWN if withdrawn else events.FACT_STATED,
        subject=subject,
        changes={"statement": (stated, None) if withdrawn else (None, stated)},
        data={"statement": row.id, "fact": row.fact_code, "year": row.year, "value": row.value},
    )


def stated_value(definition: FactDefinition, row: FactStatement) -> str:
    """The statement in the register's own language, as it will be read in the timeline."""
    with use_locale("zh"):
        return _("%(fact)s：%(value)s（%(on)s，%(source)s）") % {
            "fact": fact_text({definition.code: definition}, FactKey(definition.code, row.year)),
            "value": stated_text(definition, row.value),
            "on": row.stated_on,
            "source": row.source,
        }
