"""Single values as a policy file writes them, `15 %` or `5000 万元`: a number and the sign of its unit."""

import re
from dataclasses import dataclass
from fractions import Fraction

from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.units import WRITTEN, Unit, plain

#: The sign with which the bureau writes a unit; a number may come without it.
SIGNS = {
    Unit.SHARE: "%",
    Unit.YUAN: "万元",
    Unit.PEOPLE: "人",
    Unit.ITEMS: "项",
    Unit.DAYS: "天",
    Unit.GRADE: "分",
    Unit.SQUARE_METRES: "平方米",
    Unit.NUMBER: "",
}
ANSWERS = {"yes": True, "no": False}
#: More digits are slips of the keyboard.
MOST_DIGITS, MOST_PLACES = 12, 6

_WRITTEN = re.compile(r"(-?\d+(?:\.\d+)?)\s*(\S*)", re.ASCII)


@dataclass(frozen=True)
class Quantity:
    """A number with the sign of its unit, exactly as written: `5 %` is number "5", sign "%"."""

    number: str
    sign: str

    @property
    def unit(self) -> Unit:
        """What it is a quantity of."""
        return WRITTEN[self.sign].unit if self.sign else Unit.NUMBER

    @property
    def value(self) -> Exact:
        """In the smallest unit: 分 for amounts, a fraction for shares."""
        factor = WRITTEN[self.sign].factor if self.sign else Fraction(1)
        return plain(Fraction(self.number) * factor)

    @property
    def text(self) -> str:
        """As a policy file writes it."""
        return f"{self.number} {self.sign}".strip()


class QuantityError(ValueError):
    """The text is not a value of the wanted unit; `code` says why: unreadable, unit, precision."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_quantity(text: str) -> Quantity:
    """A number with or without a sign; thousands commas and full-width digits allowed. Raises `QuantityError`."""
    match = _WRITTEN.fullmatch(_plain_digits(text))
    if match is None or (match[2] and match[2] not in WRITTEN):
        raise QuantityError("unreadable")
    whole, _, places = match[1].lstrip("-").partition(".")
    if len(whole) > MOST_DIGITS or len(places) > MOST_PLACES:
        raise QuantityError("precision")
    return Quantity(_normal(match[1]), match[2])


def read_of_unit(text: str, unit: Unit, sign: str = "") -> Quantity:
    """A number of `unit`; written without a sign it gets `sign`, or the unit's usual one. Raises `QuantityError`."""
    quantity = read_quantity(text)
    if not quantity.sign:
        quantity = Quantity(quantity.number, sign or SIGNS[unit])
    if quantity.unit is not unit:
        raise QuantityError("unit")
    if unit in {Unit.YUAN, Unit.ITEMS, Unit.DAYS, Unit.GRADE} and not isinstance(quantity.value, int):
        raise QuantityError("precision")
    return quantity


def read_value(text: str, unit: Unit) -> Exact:
    """A value of `unit` as it is kept: a quantity, or `yes` and `no`. Raises `QuantityError`."""
    if unit is Unit.YES_NO:
        if text not in ANSWERS:
            raise QuantityError("unreadable")
        return ANSWERS[text]
    return read_of_unit(text, unit).value


def _plain_digits(text: str) -> str:
    wide = str.maketrans("０１２３４５６７８９．％－", "0123456789.%-")
    return text.strip().translate(wide).replace(",", "").replace("，", "")


def _normal(number: str) -> str:
    """Without leading zeros and trailing decimals: `05.50` is `5.5`."""
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, _, places = digits.partition(".")
    places = places.rstrip("0")
    text = (whole.lstrip("0") or "0") + (f".{places}" if places else "")
    return text if text == "0" else sign + text
