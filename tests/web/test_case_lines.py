"""What a day means on the day it is looked at."""

from datetime import date, timedelta

import pytest

from app.kit.i18n import use_locale
from app.web.shared.case_lines import due_badge

ON = date(2021, 6, 30)


@pytest.mark.parametrize(
    ("days", "badge"),
    [
        (-2, ("late", "06-28，已逾期 2 天")),
        (-1, ("late", "06-29，已逾期 1 天")),
        (0, ("wait", "06-30，今天到期")),
        (1, ("wait", "07-01")),
        (300, ("idle", "2022-04-26")),
    ],
)
def test_what_is_due_today_is_not_late(days: int, badge: tuple[str, str]) -> None:
    with use_locale("zh"):
        assert due_badge(ON + timedelta(days=days), ON) == badge
