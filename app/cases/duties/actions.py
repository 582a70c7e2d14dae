"""What may be done with duties, and by whom."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, FIRM_READERS, HEADS, READERS, Action

LIST = Action("duties.list", READERS, firm=FIRM_READERS)
FILL = Action("duties.fill", EDITORS, firm=FIRM_EDITORS)
DATE = Action("duties.date", EDITORS)
WAIVE = Action("duties.waive", HEADS)
REVOKE = Action("duties.revoke", HEADS)
