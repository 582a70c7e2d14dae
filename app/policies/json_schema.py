"""The facts of a policy as JSON Schema (2020-12): what `POST …/evaluations` takes.

It takes everything that `telling` takes; a value it takes besides (a range upside down, a day that is none) is told there.
"""

from collections.abc import Sequence
from typing import Any

from app.kit.money import FEN_PER_YUAN, MAX_FEN
from app.policies.domain.explain.fact_input import MOST_COUNTED
from app.policies.domain.facts.catalogue import FactDefinition, Periodicity
from app.policies.domain.language import tree
from app.policies.domain.language.calculator import OUTSIDE, lowest
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.units import Unit

Schema = dict[str, Any]

_DECIMAL = {
    Unit.YUAN: (r"[0-9]{1,18}(\.[0-9]{1,2})?", MAX_FEN // FEN_PER_YUAN),
    Unit.PEOPLE: (r"[0-9]{1,12}(\.[0-9]{1,12})?", MAX_FEN),
    Unit.SQUARE_METRES: (r"[0-9]{1,9}(\.[0-9]{1,2})?", MAX_FEN),
    Unit.SHARE: (r"[0-9]{1,9}(\.[0-9]{1,30})?", MAX_FEN),
}
_TO_ONE = r"0{1,9}(\.[0-9]{1,30})?|0{0,8}1(\.0{1,30})?"
_QUOTIENT = r"[0-9]{1,18}/[1-9][0-9]{0,17}"
_ANY_CODE = "[A-Za-z0-9.-]{1,20}"
_YEAR = r"^(19|20)[0-9]{2}$|^2100$"


def facts_schema(policy: Policy) -> Schema:
    """The schema of `facts` in the body of an evaluation."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": policy.title.zh,
        "type": "object",
        "additionalProperties": False,
        "properties": {code: _fact(policy.catalogue[code], policy.accepted_codes(code)) for code in policy.uses},
    }


def _fact(definition: FactDefinition, lists: Sequence[tree.ListedIn]) -> Schema:
    """The schema of one fact, with its words, unit and period; `lists` are those a code must stand in."""
    single = _or_range(_single(definition, lists))
    by_year = _or_range({"type": "object", "patternProperties": {_YEAR: single}, "additionalProperties": False})
    shape = {Periodicity.ONCE: single, Periodicity.BY_YEAR: by_year, Periodicity.EITHER: {"anyOf": [single, by_year]}}
    return {
        "title": definition.label.zh,
        "description": f"{definition.label.en}; {definition.period.en}",
        "x-unit": definition.unit.value,
        **shape[definition.told],
    }


def _single(definition: FactDefinition, lists: Sequence[tree.ListedIn]) -> Schema:
    value = _value(definition, lists)
    if not definition.parts:
        return value
    items = [{"title": part.zh, **_or_range(value)} for part in definition.parts]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _value(definition: FactDefinition, lists: Sequence[tree.ListedIn]) -> Schema:
    match definition.unit:
        case Unit.YES_NO:
            return {"type": "boolean"}
        case Unit.DATE:
            return {"type": "string", "format": "date"}
        case Unit.CODE:
            return _text(_ANY_CODE if definition.any_code or not lists else "|".join([OUTSIDE, *map(_below, lists)]))
        case Unit.YUAN | Unit.PEOPLE | Unit.SQUARE_METRES | Unit.SHARE:
            pattern, most = _DECIMAL[definition.unit]
            return {"oneOf": [_text(_signed(definition, pattern)), _whole(definition, most)]}
        case _:
            return _whole(definition, MOST_COUNTED)


def _signed(definition: FactDefinition, pattern: str) -> str:
    """The text of a number, with a sign where it may lie below nothing."""
    if definition.unit is Unit.SHARE and (definition.lowest, definition.highest) == (0, 1):
        return f"{_TO_ONE}|{_QUOTIENT}"
    signed = pattern if definition.lowest is not None and definition.lowest >= 0 else f"-?{pattern}"
    return f"{signed}|{_QUOTIENT}" if definition.unit is Unit.SHARE else signed


def _whole(definition: FactDefinition, most: int) -> Schema:
    low, high = definition.lowest, definition.highest
    return {"type": "integer", "minimum": -most if low is None else low, "maximum": most if high is None else high}


def _below(node: tree.ListedIn) -> str:
    """The codes of a list, and those with up to so many digits more than its lowest ones."""
    alone = "|".join(sorted(node.codes))
    return f"{alone}|({'|'.join(sorted(lowest(node.codes)))})[0-9]{{1,{node.deeper}}}" if node.deeper else alone


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _or_range(schema: Schema) -> Schema:
    ends = {
        "type": "object",
        "properties": {"low": schema, "high": schema},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [schema, ends]}
