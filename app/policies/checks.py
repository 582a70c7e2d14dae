"""How many days after its day a check that found nothing still counts, as the bureau has set it; none before it is set.

"No accident", "on no list": what was found on a day says nothing about the days after it (see `service.stated_facts`).
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.holdings import read_regions
from app.kit.facts.owners import Owners
from app.kit.facts.whole_numbers import Numbers
from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import FactDefinition
from app.policies.domain.language.settable import SETTING
from app.policies.domain.values.quantities import read_value
from app.policies.domain.values.units import Unit
from app.policies.models import PolicySetting
from app.policies.settings import counting

EVERY_POLICY = "check-days"
"""What stands for a policy's code where something is set for all of them."""
_BUREAU = Bilingual(zh="市局", en="the bureau")
CHECK_DAYS = FactDefinition(
    code="check_days",
    label=Bilingual(
        zh="“未发生”“未列入”的核查，在核查日以后仍算数的天数",
        en="Days for which a check that found nothing still counts after its day",
    ),
    unit=Unit.DAYS,
    at_most=364,
    period=Bilingual(zh="申请时有效的设定", en="the setting in force at the application"),
    source=_BUREAU,
    said_by=_BUREAU,
    supplied_at=SETTING,
)


def list_set(session: Session, on: date) -> Sequence[PolicySetting]:
    """Everything set by the day and not withdrawn."""
    statement = select(PolicySetting).where(
        PolicySetting.policy_code == EVERY_POLICY,
        PolicySetting.name == CHECK_DAYS.code,
        PolicySetting.withdrawn_at.is_(None),
        PolicySetting.effective_from <= on,
    )
    return session.scalars(statement.order_by(PolicySetting.id)).all()


def read_check_days(session: Session, firms: Owners, on: date) -> Numbers:
    """How many days are in force for an application on `on`, firm by firm."""
    days = np.zeros(len(firms), np.int64)
    rows = list_set(session, on)
    if rows:
        regions = read_regions(session, firms)
        of_region = {region: _days(counting(rows, region)) for region in set(regions)}
        days[:] = [of_region[region] for region in regions]
    return days


def _days(row: PolicySetting | None) -> int:
    return int(read_value(row.value, Unit.DAYS)) if row else 0  # type: ignore[arg-type]
