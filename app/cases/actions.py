"""What may be done with cases, and by whom. A step's own roles stand in its programme file besides."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, FIRM_READERS, HEADS, READERS, Action

LIST = Action("cases.list", READERS)
READ = Action("cases.read", READERS, firm=FIRM_READERS, scope="export:read")
EXPORT = Action("cases.export", READERS)
OPEN = Action("cases.open", EDITORS)
ASSIGN = Action("cases.assign", EDITORS)
STEP = Action("cases.step", EDITORS, firm=FIRM_EDITORS, partner=True)
APPROVE = Action("cases.approve", EDITORS)
UNDO = Action("cases.undo", EDITORS, firm=FIRM_EDITORS)
KEEP_MILESTONES = Action("cases.milestones", EDITORS)
CHOOSE_RIGHTS = Action("cases.rights", EDITORS)
RENEW_QUERY_CODE = Action("cases.renew_query_code", EDITORS)
DATE_ROUND = Action("cases.date_round", HEADS)
CHANGE_VERSION = Action("cases.change_version", HEADS)
