"""Indicator values follow the journal: told only where they changed, and not reckoned when nothing happened."""

from datetime import datetime, timedelta

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.enterprises.models import EnterpriseTag
from app.journal.domain import SubjectKey
from app.journal.models import JournalEvent
from app.journal.service import record
from app.kit import db
from app.kit.actor import SYSTEM
from app.targets import counts
from app.targets.domain import Period
from app.targets.indicators import calculate_indicators
from app.targets.models import IndicatorValue, Plan
from app.targets.queries import counted_of
from tests.factories.enterprises import firm


def values(session: Session) -> dict[str, int | None]:
    session.expire_all()
    return {row.key: row.value for row in session.scalars(select(IndicatorValue))}


def told(session: Session) -> list[tuple[str, list[int | None]]]:
    wanted = select(JournalEvent).where(JournalEvent.type == "indicator.changed").order_by(JournalEvent.position)
    return [(found.subject_id, found.changes["value"]) for found in session.scalars(wanted)]


def list_a_subject(session: Session, now: datetime) -> None:
    own = firm(session, region_code="429005001")
    session.add(EnterpriseTag(enterprise_id=own.id, tag="high_tech_subject"))
    subject = SubjectKey("enterprise", str(own.id), own.name, own.id, own.region_code)
    record(session, actor=SYSTEM, now=now, type="enterprise.tags_changed", subject=subject)
    db.commit(session)


def test_what_changed_is_told_once(database: db.Database, session: Session, now: datetime) -> None:
    calculate_indicators(database, now)
    before, already = values(session), len(told(session))
    db.commit(session)
    assert before["qianjiang-2021:G1"] is not None
    list_a_subject(session, now)
    assert calculate_indicators(database, now) == 1
    after = values(session)
    assert after == before | {"qianjiang-2021:G1": before["qianjiang-2021:G1"] + 1}
    assert told(session)[already:] == [("qianjiang-2021:G1", [before["qianjiang-2021:G1"], after["qianjiang-2021:G1"]])]
    db.commit(session)
    assert calculate_indicators(database, now) == 0
    assert len(told(session)) == already + 1


def test_a_value_is_what_the_plan_page_counts(database: db.Database, session: Session, now: datetime) -> None:
    list_a_subject(session, now)
    calculate_indicators(database, now)
    known = values(session)
    plan = session.scalars(select(Plan).where(Plan.code == "qianjiang-2021")).one()
    counted = {item.code: found for item in plan.items if (found := counted_of(item)) is not None}
    period = Period.of(plan.year, now.date())
    assert {f"{plan.code}:{code}" for code in counted} == {key for key in known if key.startswith(plan.code)}
    for code, what in counted.items():
        assert known[f"{plan.code}:{code}"] == counts.count(session, what, period, plan.jurisdiction)


def test_nothing_is_counted_while_nothing_happened_and_again_the_next_day(
    database: db.Database, session: Session, now: datetime
) -> None:
    calculate_indicators(database, now)
    statements: list[str] = []
    listen = lambda *given: statements.append(given[2])  # noqa: E731 - the driver's hook
    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        calculate_indicators(database, now)
        assert statements and not any("certificate" in one for one in statements)
        calculate_indicators(database, now + timedelta(days=1))
        assert any("certificate" in one for one in statements)
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
