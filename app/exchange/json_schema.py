"""The JSON Schema (2020-12) of a resource, generated from its definition: what is sent, field by field. Pure."""

from collections.abc import Sequence
from typing import Any

from app.exchange.domain import LISTS, FieldDefinition, FieldType, MoneyUnit, ResourceDefinition

Schema = dict[str, Any]

_PLAIN: dict[FieldType, Schema] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.CODE: {"type": "string"},
    FieldType.INTEGER: {"type": "integer"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.DAY: {"type": "string", "format": "date"},
    FieldType.INSTANT: {"type": "string", "format": "date-time"},
    FieldType.AVERAGE: {"type": "string", "pattern": r"^-?\d+\.\d{4}$"},
    FieldType.TEXTS: {"type": "array", "items": {"type": "string"}},
}
_MONEY: dict[MoneyUnit | None, Schema] = {
    MoneyUnit.YUAN: {"type": "string", "pattern": r"^-?\d+\.\d{2}$"},
    MoneyUnit.WAN: {"type": "string", "pattern": r"^-?\d+\.\d{6}$"},
}


def record_schema(resource: ResourceDefinition) -> Schema:
    """The schema of one record. Every field is always present; a field that is not required may be null."""
    return {
        "title": resource.title.en,
        "description": _description(resource.title.zh, resource.note.zh if resource.note else ""),
        **_object(resource.fields),
        "examples": [example(resource.fields)],
    }


def example(fields: Sequence[FieldDefinition]) -> dict[str, Any]:
    """A fictional record made of the fields' examples."""
    return {field.name: _example(field) for field in fields}


def _example(field: FieldDefinition) -> Any:
    if field.type is FieldType.RECORDS:
        return [example(field.fields)]
    return field.example if field.example is not None else ([] if field.type is FieldType.TEXTS else None)


def _object(fields: Sequence[FieldDefinition]) -> Schema:
    return {
        "type": "object",
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields],
    }


def field_schema(field: FieldDefinition) -> Schema:
    """The schema of one field, with its titles, unit and personal-data class."""
    schema = {"title": field.title.en, "description": _field_description(field), **_value_schema(field)}
    if not field.required and field.type not in LISTS:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _value_schema(field: FieldDefinition) -> Schema:
    if field.type is FieldType.RECORDS:
        return {"type": "array", "items": _object(field.fields)}
    if field.type is FieldType.MONEY:
        return dict(_MONEY[field.unit])
    schema = dict(_PLAIN[field.type])
    if field.max_length is not None:
        schema["maxLength"] = field.max_length
    if field.pattern is not None:
        schema["pattern"] = f"^(?:{field.pattern})$"
    allowed = list(dict.fromkeys(field.codes.values())) or list(field.values)
    return schema | {"enum": allowed} if allowed else schema


def _field_description(field: FieldDefinition) -> str:
    unit = f"单位：{field.unit.value}" if field.unit else ""
    personal = f"个人信息（{field.personal.value}）：{field.purpose.zh}" if field.purpose else ""
    advised = "建议填报" if field.advised else ""
    return _description(field.title.zh, field.note.zh if field.note else "", unit, advised, personal)


def _description(*parts: str) -> str:
    return "。".join(part.rstrip("。") for part in parts if part)
