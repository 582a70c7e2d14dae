"""What may be done about supervision and ratings, and by whom."""

from app.kit.permissions import FIRM_EDITORS, Action

RATE = Action("cases.rate", firm=FIRM_EDITORS)
