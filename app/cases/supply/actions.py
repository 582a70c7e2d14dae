"""What may be done with what is supplied to a case, and by whom."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, Action

SUPPLY = Action("cases.supply", EDITORS, firm=FIRM_EDITORS)
CHECK = Action("cases.check_supply", EDITORS)
ANSWER_CORRECTION = Action("cases.answer_correction", EDITORS, firm=FIRM_EDITORS)
CORRECT = Action("cases.correct", EDITORS)
RENEW = Action("cases.renew", EDITORS, firm=FIRM_EDITORS)
