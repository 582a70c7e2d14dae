"""What may be done about supervision and ratings, and by whom."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, HEADS, OVERSEERS, READERS, Action

RATE = Action("cases.rate", firm=FIRM_EDITORS)
READ_RATINGS = Action("cases.ratings", READERS)
RECORD_MEASURES = Action("cases.rating_measures", EDITORS)
OVERSEE = Action("cases.oversee", OVERSEERS)
HAND_OVER = Action("cases.hand_over", HEADS)
SUPERVISE = Action("cases.supervise", OVERSEERS)
ANSWER_SUPERVISION = Action("cases.answer_supervision", EDITORS)
READ_SUPERVISIONS = Action("cases.supervisions", READERS)
