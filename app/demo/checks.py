"""For how many days the demo's fictional bureau lets a check that found nothing count; the house begins with none."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.accounts.queries import actor_of
from app.policies.checks import CHECK_DAYS
from app.policies.schemas import PolicySettingInput
from app.policies.service.check_days import set_check_days

HEAD = "zhou"
DAYS = 60


def count_checks(session: Session, now: datetime) -> None:
    """Set by the demo's section head, by a document that says that it is fictional."""
    head = session.scalars(select(Officer).where(Officer.login == HEAD)).one()
    data = PolicySettingInput(
        name=CHECK_DAYS.code,
        value=str(DAYS),
        effective_from=date(now.year - 1, 1, 1),
        document="局务会纪要（虚构示例数据）",
    )
    set_check_days(session, actor=actor_of(head), data=data, now=now)
