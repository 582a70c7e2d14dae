"""Exact values as machine-readable text: decimal where it ends, else a fraction; amounts in 元."""

from datetime import date
from fractions import Fraction
from typing import Any

from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.units import WHOLE, Unit

FEN = 100


def machine_value(unit: Unit, value: Exact | None) -> Any:
    """One end of a measure for a caller: 元, people and shares as strings, counts as integers, days in ISO 8601."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if unit is Unit.YUAN:
        return exact_text(Fraction(value) / FEN)
    if unit in WHOLE and Fraction(value).denominator == 1:
        return int(value)
    return exact_text(Fraction(value))


def exact_text(value: Fraction) -> str:
    """`0.0382` when the decimal ends, `9/71` when it does not."""
    twos, fives, rest = _powers(value.denominator)
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _powers(denominator: int) -> tuple[int, int, int]:
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return twos, fives, denominator
