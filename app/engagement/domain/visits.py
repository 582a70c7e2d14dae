"""Visits and calls: how somebody spoke with a firm, and what is checked before it is written down."""

from datetime import date
from enum import StrEnum

from app.kit.errors import Invalid
from app.kit.i18n import _


class ContactMethod(StrEnum):
    """How: somebody went there, called, received the firm in the office, or wrote. Only going there burdens the firm as a visit."""

    VISIT = "visit"
    CALL = "call"
    OFFICE = "office"
    WRITTEN = "written"


def decide_log(happened_on: date, call_back_on: date | None, on: date) -> None:
    """Raise `Invalid` for a contact in the future, or a call-back before the contact."""
    if happened_on > on:
        message = _("日期不能晚于今天。")
        raise Invalid("engagement.happened", message, {"happened_on": message})
    if call_back_on is not None and call_back_on < happened_on:
        message = _("回访日期不能早于联系当天。")
        raise Invalid("engagement.call_back", message, {"call_back_on": message})
