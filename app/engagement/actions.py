"""What may be done about requests to firms, visits and rounds, and by whom."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, FIRM_READERS, HEADS, READERS, Action

READ = Action("engagement.read", READERS, firm=FIRM_READERS)
EXPORT = Action("engagement.export", READERS)
ASK = Action("engagement.ask", EDITORS)
SETTLE = Action("engagement.settle", EDITORS)
ANSWER = Action("engagement.answer", EDITORS, firm=FIRM_EDITORS)
LOG = Action("engagement.log", EDITORS)
PLAN = Action("engagement.plan", EDITORS)
SET_PERIOD = Action("engagement.set_period", HEADS)
