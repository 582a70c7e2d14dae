"""What may be done with the working-day calendar, and by whom."""

from app.kit.permissions import HEADS, READERS, Action

READ_CALENDAR = Action("calendar.read", READERS)
SET_CALENDAR = Action("calendar.set", HEADS)
