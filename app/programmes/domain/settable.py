"""What a programme leaves to the bureau: the working days of a clock, the day of a duty. Read strictly, kept as one text."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, NoReturn

from app.kit.errors import Invalid
from app.kit.i18n import Bilingual, _
from app.programmes.domain.citations import Citation
from app.programmes.domain.definition import Programme
from app.programmes.domain.duties import EveryQuarter, EveryYear

SettingKind = Literal["clock", "duty"]
SettingForm = Literal["working-days", "days", "month-day"]

_MOST = {"working-days": 400, "days": 90}
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True)
class Settable:
    """One thing that the bureau sets. `form` is what it is: working days, calendar days after a quarter, a day of the year."""

    kind: SettingKind
    key: str
    title: Bilingual
    form: SettingForm
    cites: tuple[Citation, ...]


def settable(programme: Programme) -> tuple[Settable, ...]:
    """What this version leaves to the bureau, in the order of the file."""
    clocks = (
        Settable("clock", clock.code, clock.title, "working-days", clock.cites)
        for clock in programme.clocks
        if clock.working_days is None
    )
    duties = (
        Settable("duty", duty.code, duty.title, form, duty.cites)
        for duty in programme.duties
        if (form := _form(duty.due)) is not None
    )
    return (*clocks, *duties)


def _form(rule: object) -> SettingForm | None:
    if isinstance(rule, EveryQuarter) and rule.days_after is None:
        return "days"
    if isinstance(rule, EveryYear) and rule.month_day is None:
        return "month-day"
    return None


def read_setting(form: SettingForm, text: str) -> str:
    """`text` as it is kept: whole days, or a day of the year as `05-31`. Raises `Invalid` beside `value`."""
    given = text.strip()
    if form == "month-day":
        return _month_day(given)
    most = _MOST[form]
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= most:
        _refuse(_("请填写 1 到 %(most)s 的整数。") % {"most": most})
    return str(int(given))


def _month_day(text: str) -> str:
    found = _MONTH_DAY.fullmatch(text)
    try:
        day = date(2001, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    if day is None:
        _refuse(_("请按“月-日”填写每年都有的一天，例如 05-31。"))
    return f"{day:%m-%d}"


def _refuse(message: str) -> NoReturn:
    raise Invalid("programme.setting.value", message, {"value": message})
