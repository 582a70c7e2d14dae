"""Amounts and shares as scheme files write them: `20 万元`, `2 %`, or a plain number (元; 0.02)."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_AMOUNT = re.compile(r"(?P<number>\d{1,12}(?:\.\d{1,8})?)\s*(?P<unit>元|百元|千元|万元|亿元)")
_SHARE = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,8})?)\s*%")
_UNITS = {"元": 1, "百元": 100, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}


def read_amount(value: object) -> object:
    """`20 万元` as 200000 (元); a plain number passes as it is. Raises `ValueError` for other texts."""
    if not isinstance(value, str) or _PLAIN.fullmatch(value.strip()):
        return value
    found = _AMOUNT.fullmatch(value.strip())
    if found is None:
        raise ValueError(
            f"“{value[:40]}” is no amount. Instead: write a number with 元, 千元, 万元 or 亿元, as in 20 万元"
        )
    return Decimal(found["number"]) * _UNITS[found["unit"]]


def read_share(value: object) -> object:
    """`2 %` as 0.02; a plain number passes as it is. Raises `ValueError` for other texts."""
    if not isinstance(value, str) or _PLAIN.fullmatch(value.strip()):
        return value
    found = _SHARE.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"“{value[:40]}” is no share. Instead: write it with %, as in 2 %")
    return Decimal(found["number"]) / 100


Yuan = Annotated[Decimal, BeforeValidator(read_amount), Field(gt=0, max_digits=17, decimal_places=2)]
Share = Annotated[Decimal, BeforeValidator(read_share), Field(gt=0, le=1)]
