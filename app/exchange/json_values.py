"""From database values to JSON values: exact, and the same in every transport. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from app.exchange.domain import TEXTUAL, FieldDefinition, FieldType, MoneyUnit
from app.exchange.masks import masked

Record = dict[str, Any]
Convert = Callable[[Any], Any]
RowEncoder = Callable[[Sequence[Any]], Record]


def dumps(value: Any) -> bytes:
    """`value` as compact JSON: days as ISO dates, instants in UTC with Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def row_encoder(fields: Sequence[FieldDefinition], derive: Mapping[str, Convert]) -> RowEncoder:
    """A function that turns a row, one value per field in order, into a record.

    `derive` maps one of our names to the function that makes its value from what the database holds. This runs for
    every row of every snapshot: hence one `dict(zip(…))`, and a second look only at the fields that need one.
    """
    names = tuple(field.name for field in fields)
    converters = ((place, _compose(derive.get(field.source), converter(field))) for place, field in enumerate(fields))
    conversions = tuple((place, convert) for place, convert in converters if convert is not None)

    def encode(row: Sequence[Any]) -> Record:
        values = list(row)
        for place, convert in conversions:
            value = values[place]
            if value is not None:
                values[place] = convert(value)
        return dict(zip(names, values, strict=True))

    return encode


def _compose(first: Convert | None, second: Convert | None) -> Convert | None:
    if first is None or second is None:
        return first or second
    return lambda value: second(first(value))


def converter(field: FieldDefinition) -> Convert | None:
    """What has to happen to a value of `field`; None when JSON takes it as it is.

    A code that the mapping does not know leaves as null, never as a guess; the pre-flight names it.
    """
    if field.codes:
        return field.theirs
    if field.type is FieldType.MONEY:
        return money_in_wan if field.unit is MoneyUnit.WAN else money_in_yuan
    if field.type is FieldType.AVERAGE:
        return average
    written = masked if field.type is FieldType.TEXT else None
    known = empty_as_unknown if field.type in TEXTUAL and not field.required else None
    return _compose(written, known)


def empty_as_unknown(text: str) -> str | None:
    """An empty text means "not known", which JSON says with null."""
    return text or None


def money_in_yuan(fen: int) -> str:
    """分 as a decimal string in 元 with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else _decimal(fen, 2)


def money_in_wan(fen: int) -> str:
    """分 as a decimal string in 万元 with six decimals, so that no 分 is lost."""
    return _decimal(fen, 6)


def average(ten_thousandths: int) -> str:
    """What is kept in ten-thousandths (yearly averages of people, targets) as a decimal string with four decimals."""
    return _decimal(ten_thousandths, 4)


def _decimal(value: int, places: int) -> str:
    """A whole number of the smallest unit as a decimal string: the point is set, nothing is computed."""
    if value < 0:
        return f"-{_decimal(-value, places)}"
    digits = str(value)
    if len(digits) <= places:
        digits = digits.rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
