"""Firms that are gone leave what is counted and what one may be entitled to, from their day on, and still stand on their own page."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.enterprises.models import Certificate
from app.incentives.queries.entitlements import EntitlementScope, count_entitlements, list_entitlements
from app.incentives.queries.schemes import list_families
from app.targets import counts
from app.targets.domain import Certificates, Period
from tests.factories.enterprises import firm

HTE = "high-tech-enterprise"
HELD = Certificates(what="certificates", certificate=HTE)


def test_from_their_day_on(session: Session, now: datetime) -> None:
    keys = []
    for number, status in enumerate(("", "in_business", "struck_off", "moved_away")):
        one = firm(session, business_status=status, business_status_on=date(2021, 6, 1) if status else None)
        days = {"issued_on": date(2021, 1, 4), "expires_on": date(2021, 11, 30)}
        session.add(Certificate(enterprise_id=one.id, kind=HTE, number=f"GR{number}", **days))
        keys.append(one.id)
    session.flush()
    found = {
        on: counts.count(session, HELD, Period(2021, on), "429005") for on in (date(2021, 5, 31), date(2021, 6, 1))
    }
    assert list(found.values()) == [4, 2]
    assert counts.count_expiring(session, HELD, Period(2021, date(2021, 6, 1)), "429005") == 2
    families = list_families(session, "429005")
    each = [len(list_entitlements(session, families, EntitlementScope(enterprise_id=key))) for key in keys]
    assert len(set(each)) == 1 and each[0]
    assert count_entitlements(session, families, EntitlementScope("429005")).n == sum(each[:2])
