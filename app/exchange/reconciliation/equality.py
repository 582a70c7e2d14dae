"""Whether their record says the same as ours, field by field: 12.50 is 12.5, 2021年3月1日 is 2021-03-01. Pure.

Their values come from JSON or as the text of a cell; ours from the record builder. Values are brought to one comparable form by
the type that the definition gives the field; what cannot be read as that type differs from anything of ours. Lists are compared
as wholes and without order; what is kept of two that differ is only the elements in which they do.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.enterprises.imports.row_reader import read_day, read_yes_no
from app.exchange.domain import FieldDefinition, FieldType
from app.exchange.json_values import Record
from app.kit.clock import SHANGHAI

Comparable = Any
#: Between the elements of a list that stands in one cell.
SEPARATORS = "；;、\n"
_LARGEST_EXPONENT = 40


def differences(
    fields: Sequence[FieldDefinition], ours: Record, theirs: Mapping[str, Any], compared: Collection[str] | None = None
) -> dict[str, list[Any]]:
    """Field name -> [ours, theirs] of each field that differs; `compared` limits it to fields that their list has at all."""
    found: dict[str, list[Any]] = {}
    for field in fields:
        if compared is not None and field.name not in compared:
            continue
        mine, other = ours.get(field.name), theirs.get(field.name)
        if mine == other:
            continue
        if field.type is FieldType.RECORDS:
            parted = _parted(field, mine, other)
            if parted:
                found[field.name] = parted
        elif comparable(field, mine) != comparable(field, other):
            found[field.name] = [mine, other]
    return found


def comparable(field: FieldDefinition, value: Any) -> Comparable:
    """`value` in the one form in which it is compared; None when it says nothing; its text, marked, when it cannot be read."""
    if value is None or (isinstance(value, str) and not value.strip()) or value == []:
        return None
    try:
        return _READERS[field.type](value)
    except (ValueError, InvalidOperation, TypeError, AttributeError):
        return ("unreadable", str(value))


# -- plain values ----------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, bool | float | list | dict):
        raise ValueError(value)
    return "\n".join(line.strip() for line in str(value).strip().splitlines())


def read_number(value: Any) -> Decimal:
    """The number that `value` writes; raises ValueError for none, and for one of a size that no amount has."""
    if isinstance(value, bool):
        raise ValueError(value)
    number = Decimal(str(value).strip().replace(",", "").replace("，", ""))
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(value)
    return number


def _integer(value: Any) -> int:
    number = read_number(value)
    if number != number.to_integral_value():
        raise ValueError(value)
    return int(number)


def _boolean(value: Any) -> bool:
    found = value if isinstance(value, bool) else read_yes_no(str(value))
    if found is None:
        raise ValueError(value)
    return found


def _day(value: Any) -> date:
    found = read_day(str(value), today=date.max)
    if found is None:
        raise ValueError(value)
    return found


def _instant(value: Any) -> datetime:
    """To the second, which is what a workbook shows; without a zone it is Shanghai's clock."""
    found = datetime.fromisoformat(str(value).strip().replace("/", "-"))
    zoned = found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)
    return zoned.astimezone(UTC).replace(microsecond=0)


def _texts(value: Any) -> tuple[str, ...] | None:
    if isinstance(value, str):
        for separator in SEPARATORS[1:]:
            value = value.replace(separator, SEPARATORS[0])
        value = value.split(SEPARATORS[0])
    return tuple(sorted(text for each in value if (text := _text(each)))) or None


# -- lists of records -----------------------------------------------------------------------------------------------------------


def _records(field: FieldDefinition, value: Any) -> list[dict[str, Any]]:
    """The elements of a list; a cell may hold it as JSON. Raises ValueError for anything else."""
    elements = json.loads(value) if isinstance(value, str) and value.strip() else value or []
    if not isinstance(elements, list) or not all(isinstance(each, dict) for each in elements):
        raise ValueError(field.name)
    return elements


def _parted(field: FieldDefinition, ours: Any, theirs: Any) -> list[Any]:
    """[ours, theirs] reduced to the elements that differ, or to what differs in them; nothing when the lists agree."""
    mine = _records(field, ours)
    try:
        other = _records(field, theirs)
    except ValueError:
        return [mine, theirs]
    shapes = [[_shape(field, each) for each in side] for side in (mine, other)]
    common = Counter(shapes[0]) & Counter(shapes[1])
    left = [_without(side, shape, common) for side, shape in zip((mine, other), shapes, strict=True)]
    return _reduced(field, left[0], left[1]) if left[0] or left[1] else []


def _shape(field: FieldDefinition, element: Mapping[str, Any]) -> tuple[Comparable, ...]:
    return tuple(comparable(each, element.get(each.name)) for each in field.fields)


def _without(
    elements: Sequence[dict[str, Any]],
    shapes: Sequence[tuple[Comparable, ...]],
    common: Counter[tuple[Comparable, ...]],
) -> list[dict[str, Any]]:
    """The elements beyond those that both sides have."""
    left, remaining = [], Counter(common)
    for element, shape in zip(elements, shapes, strict=True):
        if remaining[shape]:
            remaining[shape] -= 1
        else:
            left.append(element)
    return left


def _reduced(field: FieldDefinition, mine: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[Any]:
    """Elements that are the same thing on both sides (their required fields agree) keep only what names them and what differs."""
    named, known = _by_name(field, mine), _by_name(field, other)
    same_thing = {name: (named[name], known[name]) for name in named.keys() & known.keys()}

    def reduced(side: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
        pairs = ((each, same_thing.get(_name(field, each))) for each in side)
        return [each if pair is None else _what_differs(field, each, pair[1 - at]) for each, pair in pairs]

    return [reduced(mine, 0), reduced(other, 1)]


def _name(field: FieldDefinition, element: Mapping[str, Any]) -> tuple[Comparable, ...]:
    return tuple(comparable(each, element.get(each.name)) for each in field.fields if each.required)


def _by_name(
    field: FieldDefinition, elements: Sequence[dict[str, Any]]
) -> dict[tuple[Comparable, ...], dict[str, Any]]:
    """The elements by what names them, without those that share a name."""
    counts = Counter(_name(field, each) for each in elements)
    return {name: each for each in elements if counts[name := _name(field, each)] == 1}


def _what_differs(field: FieldDefinition, element: dict[str, Any], counterpart: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each.name: element.get(each.name)
        for each in field.fields
        if each.required or comparable(each, element.get(each.name)) != comparable(each, counterpart.get(each.name))
    }


_READERS: dict[FieldType, Callable[[Any], Comparable]] = {
    FieldType.TEXT: _text,
    FieldType.CODE: _text,
    FieldType.INTEGER: _integer,
    FieldType.BOOLEAN: _boolean,
    FieldType.DAY: _day,
    FieldType.INSTANT: _instant,
    FieldType.MONEY: read_number,
    FieldType.AVERAGE: read_number,
    FieldType.TEXTS: _texts,
}
