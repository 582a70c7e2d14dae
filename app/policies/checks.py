"""How many days after its day a check that found nothing still counts, as the bureau has set it; none before it is set.

"No accident", "on no list": what was found on a day says nothing about the days after it (see `service.gathering`).
"""

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

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


class CheckDays:
    """The days in force for applications on a day, by region; read when first asked for, as few firms need them."""

    def __init__(self, session: Session, on: date) -> None:
        self._session, self._on = session, on
        self._by_region: dict[str, int] = {}

    def of(self, region_code: str) -> int:
        """How many days in this region."""
        found = self._by_region.get(region_code)
        if found is None:
            row = counting(self.rows, region_code)
            found = self._by_region[region_code] = int(read_value(row.value, Unit.DAYS)) if row else 0  # type: ignore[arg-type]
        return found

    @cached_property
    def rows(self) -> Sequence[PolicySetting]:
        """Everything set by the day and not withdrawn."""
        statement = select(PolicySetting).where(
            PolicySetting.policy_code == EVERY_POLICY,
            PolicySetting.name == CHECK_DAYS.code,
            PolicySetting.withdrawn_at.is_(None),
            PolicySetting.effective_from <= self._on,
        )
        return self._session.scalars(statement.order_by(PolicySetting.id)).all()
