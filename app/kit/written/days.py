"""Days as people write them: `2015-3-1`, `2015年3月1日`, `二〇一五年三月一日`, `20150301`, a spreadsheet's number of a day.

One reader for every list. What does not say one day of the calendar is none, and why is told: nothing is completed, and a year
of two digits is not guessed.
"""

import enum
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache


class DayProblem(enum.StrEnum):
    """Why a text is no day."""

    INCOMPLETE = "incomplete"  # a month or a year alone
    INVALID = "invalid"  # written like a day, but the calendar has none such
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """The day that a text says, or why it says none."""

    day: date | None
    problem: DayProblem | None = None


_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-") | dict.fromkeys("～〜", "~"))
_CLOCK = r"(?:[ T]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY = re.compile(rf"(\d{{4}}) ?[-/.年] ?(\d{{1,2}}) ?[-/.月] ?(\d{{1,2}}) ?日?{_CLOCK}|(\d{{4}})(\d{{2}})(\d{{2}})")
_MONTH = re.compile(
    r"(?P<year>\d{4}) ?(?:[-/.年] ?(?P<month>\d{1,2}) ?月?(?:份|底|末|初|[上中下]旬)?|年(?:度|末|底)?)?|(\d{4})(\d{2})"
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000  # October 1954 to April 2064
_DAY_ZERO = date(1899, 12, 30)
_LAST_MONTH = 12

_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十廿卅]{1,3})日)?)?"
)
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DAYS = re.compile(r"\d{4} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2} ?日?|(?<!\d)\d{8}(?!\d)")
_BETWEEN = re.compile(r"[ \-~至到起止自从由为()、,:]*")
_UNTIL = re.compile(r"[-~至到]")


@lru_cache(maxsize=4_096)
def read_written_day(text: str) -> WrittenDay:
    """The day that `text` says; a bare number from 20000 to 60000 is a spreadsheet's number of a day."""
    plain = _plain(text)
    if found := _DAY.fullmatch(plain):
        return _of_calendar(*(int(part) for part in found.groups() if part is not None))
    if found := _SERIAL.fullmatch(plain):
        return _of_serial(int(found[1]))
    if found := _MONTH.fullmatch(plain):
        month = found["month"] or found[4]
        valid = month is None or 1 <= int(month) <= _LAST_MONTH
        return WrittenDay(None, DayProblem.INCOMPLETE if valid else DayProblem.INVALID)
    return WrittenDay(None, DayProblem.UNREADABLE)


def read_span(text: str) -> tuple[WrittenDay, WrittenDay] | None:
    """The first and last day of `2023.01.23—2025.01.23` or `自2023年1月23日起至2025年1月23日止`; None for what is no span."""
    plain = _plain(text)
    days, between = _DAYS.findall(plain), _DAYS.sub("", plain)
    if len(days) != 2 or not (_BETWEEN.fullmatch(between) and _UNTIL.search(between)):
        return None
    return read_written_day(days[0]), read_written_day(days[1])


def _plain(text: str) -> str:
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text.translate(_DASHES))).strip()
    return _CHINESE.sub(_in_digits, folded)


def _in_digits(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    return (
        f"{year.translate(_DIGITS)}年" + (f"{_number(month)}月" if month else "") + (f"{_number(day)}日" if day else "")
    )


def _number(text: str) -> int:
    """A number up to 99 in Chinese."""
    spelled = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = spelled.rpartition("十")
    value = int(ones.translate(_DIGITS)) if ones else 0
    return value + (10 * (int(tens.translate(_DIGITS)) if tens else 1) if ten else 0)


def _of_calendar(year: int, month: int, day: int) -> WrittenDay:
    try:
        return WrittenDay(date(year, month, day))
    except ValueError:
        return WrittenDay(None, DayProblem.INVALID)


def _of_serial(number: int) -> WrittenDay:
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return WrittenDay(_DAY_ZERO + timedelta(days=number))
    return WrittenDay(None, DayProblem.UNREADABLE)
