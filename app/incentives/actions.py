"""What can be done with schemes and incentives, and by whom."""

from app.kit.permissions import EDITORS, FIRM_READERS, HEADS, READERS, Action

LIST = Action("incentives.list", roles=READERS, scope="export:read")
READ = Action("incentives.read", roles=READERS, firm=FIRM_READERS, scope="export:read")
EXPORT = Action("incentives.export", roles=READERS)
RECOMMEND = Action("incentives.recommend", roles=EDITORS)
AWARD = Action("incentives.award", roles=HEADS)
PAY = Action("incentives.pay", roles=HEADS)
UNDO = Action("incentives.undo", roles=HEADS)
SET_AMOUNT = Action("incentives.set_amount", roles=HEADS)
CLAW_BACK = Action("incentives.claw_back", roles=HEADS)
SET_BUDGET = Action("incentives.set_budget", roles=HEADS)
