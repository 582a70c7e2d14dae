"""The facts of a policy as JSON Schema (2020-12): what `POST …/evaluations` takes."""

from typing import Any

from app.policies.domain.facts import FactDefinition, Told
from app.policies.domain.policy import Policy
from app.policies.domain.units import Unit

Schema = dict[str, Any]

_VALUES: dict[Unit, Schema] = {
    Unit.YUAN: {"oneOf": [{"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,2})?$"}, {"type": "integer"}]},
    Unit.PEOPLE: {
        "oneOf": [{"type": "string", "pattern": r"^\d{1,12}(\.\d{1,12})?$"}, {"type": "integer", "minimum": 0}]
    },
    Unit.SHARE: {"type": "string", "pattern": r"^(\d{1,9}(\.\d{1,30})?|\d{1,18}/[1-9]\d{0,17})$"},
    Unit.SQUARE_METRES: {
        "oneOf": [{"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$"}, {"type": "integer", "minimum": 0}]
    },
    Unit.ITEMS: {"type": "integer"},
    Unit.DAYS: {"type": "integer"},
    Unit.MONTHS: {"type": "integer"},
    Unit.YEARS: {"type": "integer"},
    Unit.NUMBER: {"type": "integer"},
    Unit.GRADE: {"type": "integer"},
    Unit.DATE: {"type": "string", "format": "date"},
    Unit.YES_NO: {"type": "boolean"},
    Unit.CODE: {"type": "string", "maxLength": 20},
}
_YEAR = r"^(19|20)\d\d$|^2100$"


def facts_schema(policy: Policy) -> Schema:
    """The schema of `facts` in the body of an evaluation."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": policy.title.zh,
        "type": "object",
        "additionalProperties": False,
        "properties": {code: fact_schema(policy.catalogue[code]) for code in policy.uses},
    }


def fact_schema(definition: FactDefinition) -> Schema:
    """The schema of one fact, with its words, unit and period."""
    single = _or_range(_single(definition), ranged=definition.unit is not Unit.CODE)
    by_year = {"type": "object", "patternProperties": {_YEAR: single}, "additionalProperties": False}
    shape = {Told.ONCE: single, Told.BY_YEAR: _or_range(by_year), Told.EITHER: {"anyOf": [single, by_year]}}
    return {
        "title": definition.label.zh,
        "description": f"{definition.label.en}; {definition.period.en}",
        "x-unit": definition.unit.value,
        **shape[definition.told],
    }


def _single(definition: FactDefinition) -> Schema:
    value = dict(_VALUES[definition.unit])
    if value.get("type") == "integer":
        value |= {"minimum": definition.lowest} if definition.lowest is not None else {}
        value |= {"maximum": definition.highest} if definition.highest is not None else {}
    if not definition.parts:
        return value
    items = [{"title": part.zh, **_or_range(value)} for part in definition.parts]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _or_range(schema: Schema, *, ranged: bool = True) -> Schema:
    if not ranged:
        return schema
    ends = {
        "type": "object",
        "properties": {"low": schema, "high": schema},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [schema, ends]}
