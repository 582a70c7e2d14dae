"""A duty in words, the same at every door."""

from app.cases.duties.domain import ONCE
from app.cases.duties.models import CaseDuty
from app.kit.i18n import Bilingual, _


def duty_title(row: CaseDuty) -> str:
    """What is to be done, and for which period."""
    title = str(Bilingual(zh=row.title_zh, en=row.title_en))
    if row.period == ONCE:
        return title
    if row.period.isdigit() and len(row.period) <= 2:
        return _("%(title)s（到期前 %(n)s 个月）") % {"title": title, "n": int(row.period)}
    return _("%(title)s（%(period)s）") % {"title": title, "period": row.period}
