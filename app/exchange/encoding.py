"""From database values to JSON values: exact, and the same in every transport. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from app.exchange.domain import FieldDefinition, FieldType, MoneyUnit

Record = dict[str, Any]
Convert = Callable[[Any], Any]
RowEncoder = Callable[[Sequence[Any]], Record]

_FEN_PER_YUAN = 100
_FEN_PER_WAN = 1_000_000
_E4 = 10_000


def dumps(value: Any) -> bytes:
    """`value` as compact JSON: days as ISO dates, instants in UTC with Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def row_encoder(fields: Sequence[FieldDefinition], derive: Mapping[str, Convert]) -> RowEncoder:
    """A function that turns a row, one value per field in order, into a record.

    `derive` maps one of our names to the function that makes its value from what the database holds.
    """
    plan = tuple((field.name, _compose(derive.get(field.source), converter(field))) for field in fields)

    def encode(row: Sequence[Any]) -> Record:
        return {
            name: value if convert is None or value is None else convert(value)
            for (name, convert), value in zip(plan, row, strict=True)
        }

    return encode


def _compose(first: Convert | None, second: Convert | None) -> Convert | None:
    if first is None or second is None:
        return first or second
    return lambda value: second(first(value))


def converter(field: FieldDefinition) -> Convert | None:
    """What has to happen to a value of `field`; None when JSON takes it as it is."""
    if field.codes:
        return dict(field.codes).__getitem__
    if field.type is FieldType.MONEY:
        return money_in_wan if field.unit is MoneyUnit.WAN else money_in_yuan
    if field.type is FieldType.AVERAGE:
        return average
    if field.type in (FieldType.TEXT, FieldType.CODE) and not field.required:
        return empty_as_unknown
    return None


def empty_as_unknown(text: str) -> str | None:
    """An empty text means "not known", which JSON says with null."""
    return text or None


def money_in_yuan(fen: int) -> str:
    """分 as a decimal string in 元 with two decimals."""
    return _decimal(fen, _FEN_PER_YUAN, 2)


def money_in_wan(fen: int) -> str:
    """分 as a decimal string in 万元 with six decimals, so that no 分 is lost."""
    return _decimal(fen, _FEN_PER_WAN, 6)


def average(ten_thousandths: int) -> str:
    """A yearly average of people, kept in ten-thousandths, as a decimal string with four decimals."""
    return _decimal(ten_thousandths, _E4, 4)


def _decimal(value: int, unit: int, places: int) -> str:
    whole, rest = divmod(abs(value), unit)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{places}d}"
