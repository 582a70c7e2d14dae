"""Units of facts and formulas, and which of them may meet in one operation."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Unit(StrEnum):
    """What a number, or another value, is a quantity of."""

    YUAN = "yuan"
    PEOPLE = "people"
    ITEMS = "items"
    SHARE = "share"
    DATE = "date"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    SQUARE_METRES = "square_metres"
    YES_NO = "yes_no"
    GRADE = "grade"
    CODE = "code"
    NUMBER = "number"

    @property
    def is_quantity(self) -> bool:
        """Whether one can reckon with it."""
        return self not in {Unit.DATE, Unit.YES_NO, Unit.CODE}

    @property
    def is_counted(self) -> bool:
        """Whether a plain number can stand for it without doubt (3 items, 10 people, 365 days)."""
        return self is Unit.PEOPLE or self in WHOLE

    @property
    def scales(self) -> bool:
        """Whether it multiplies another quantity without changing its unit."""
        return self in {Unit.SHARE, Unit.NUMBER}


#: What is counted in whole numbers.
WHOLE = frozenset({Unit.ITEMS, Unit.GRADE, Unit.DAYS, Unit.MONTHS, Unit.YEARS})

#: How messages about formulas name a unit.
NAMES = {
    Unit.YUAN: "元",
    Unit.PEOPLE: "people",
    Unit.ITEMS: "items",
    Unit.SHARE: "a share",
    Unit.DATE: "a date",
    Unit.DAYS: "days",
    Unit.MONTHS: "months",
    Unit.YEARS: "years",
    Unit.SQUARE_METRES: "square metres",
    Unit.YES_NO: "yes/no",
    Unit.GRADE: "points",
    Unit.CODE: "a code",
    Unit.NUMBER: "a plain number",
}


@dataclass(frozen=True)
class Written:
    """How a unit is written after a number: `5000 万元` is 5000 × 1,000,000 分."""

    unit: Unit
    factor: Fraction


WRITTEN = {
    "%": Written(Unit.SHARE, Fraction(1, 100)),
    "元": Written(Unit.YUAN, Fraction(100)),
    "万元": Written(Unit.YUAN, Fraction(1_000_000)),
    "亿元": Written(Unit.YUAN, Fraction(10_000_000_000)),
    "people": Written(Unit.PEOPLE, Fraction(1)),
    "人": Written(Unit.PEOPLE, Fraction(1)),
    "items": Written(Unit.ITEMS, Fraction(1)),
    "项": Written(Unit.ITEMS, Fraction(1)),
    "days": Written(Unit.DAYS, Fraction(1)),
    "天": Written(Unit.DAYS, Fraction(1)),
    "months": Written(Unit.MONTHS, Fraction(1)),
    "个月": Written(Unit.MONTHS, Fraction(1)),
    "years": Written(Unit.YEARS, Fraction(1)),
    "年": Written(Unit.YEARS, Fraction(1)),
    "m²": Written(Unit.SQUARE_METRES, Fraction(1)),
    "平方米": Written(Unit.SQUARE_METRES, Fraction(1)),
    "points": Written(Unit.GRADE, Fraction(1)),
    "分": Written(Unit.GRADE, Fraction(1)),
}


def divided(value: int | Fraction, divisor: int | Fraction) -> int | Fraction:
    """An exact quotient, as an int where it is whole."""
    if type(value) is int and type(divisor) is int:
        whole, rest = divmod(value, divisor)
        return Fraction(value, divisor) if rest else whole
    return plain(Fraction(value) / divisor)


def plain(value: int | Fraction) -> int | Fraction:
    """A whole fraction as an int: integer arithmetic is faster and just as exact."""
    return value.numerator if value.denominator == 1 else value
