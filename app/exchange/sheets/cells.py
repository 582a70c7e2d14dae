"""A value of a record as a cell: numbers where a person calculates with them, text for everything that is named or coded. Pure."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from app.exchange.domain import FieldDefinition, FieldType, MoneyUnit
from app.kit.clock import shanghai

LONGEST = 32_767
_EXACT_DIGITS = 15
_NUMBERS = (FieldType.INTEGER, FieldType.MONEY, FieldType.AVERAGE)

Cell = str | Decimal


def cell_of(field: FieldDefinition, value: Any) -> Cell:
    """The cell of a plain field: a Decimal only where a spreadsheet keeps it exactly; unknown is empty, never zero."""
    if value is None:
        return ""
    if field.type in _NUMBERS:
        number = Decimal(str(value))
        return number if len(number.normalize().as_tuple().digits) <= _EXACT_DIGITS else str(value)
    if field.type is FieldType.BOOLEAN:
        return "是" if value else "否"
    if field.type is FieldType.INSTANT:
        return f"{shanghai(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    return str(value)[:LONGEST]


def number_format(field: FieldDefinition) -> str:
    """How a number of `field` is shown; all of its decimals."""
    if field.type is FieldType.MONEY:
        return "#,##0.00####" if field.unit is MoneyUnit.WAN else "#,##0.00"
    return "0" if field.type is FieldType.INTEGER else "0.####"


def width_of(field: FieldDefinition) -> int:
    """How wide the column of `field` is, in digits."""
    match field.type:
        case FieldType.TEXT:
            return 32
        case FieldType.INSTANT | FieldType.CODE:
            return 20
        case FieldType.MONEY:
            return 16
        case _:
            return 12
