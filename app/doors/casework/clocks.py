"""The time limits of a case (时限), of which both sides see the same."""

from sqlalchemy.orm import Session

from app.cases.domain.clocks import ClockState
from app.cases.models import CaseFile
from app.cases.service.clocks import clock_state, list_clocks
from app.kit.i18n import ngettext
from app.programmes.domain.definition import Clock, Programme


def clocks_of(session: Session, case: CaseFile, programme: Programme) -> list[tuple[Clock, ClockState]]:
    """The clocks that were started, with their rules; no query where the programme has none."""
    rules = {rule.code: rule for rule in programme.clocks}
    clocks = [clock_state(row) for row in list_clocks(session, case.id)] if rules else []
    return [(rules[clock.code], clock) for clock in clocks if clock.code in rules]


def left_text(left: int) -> str:
    """`还剩 6 个工作日`, or by how much it is overrun."""
    if left < 0:
        return ngettext("超出 %(n)s 个工作日", "超出 %(n)s 个工作日", -left) % {"n": -left}
    return ngettext("还剩 %(n)s 个工作日", "还剩 %(n)s 个工作日", left) % {"n": left}
