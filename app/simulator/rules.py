"""By what the simulator decides: the record's JSON Schema and its digest. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from app.exchange.signatures import digest
from app.simulator.schemas import ReceivedManifest, Record

Schema = Mapping[str, Any]
#: The JSON Schema of a resource by definition, version and resource.
Schemas = Mapping[tuple[str, str, str], Schema]

ACCEPTED, REJECTED, PENDING = "accepted", "rejected", "pending"


@dataclass(frozen=True)
class ReceiptRule:
    """What a receipt says of a record."""

    outcome: str
    reason_code: str = ""
    reason: str = ""


STALE = ReceiptRule(REJECTED, "stale", "已有该记录的更新版本")


@dataclass(frozen=True)
class Rules:
    """What is accepted; `pending_share` (0-1) of the versions are put aside first and decided `decide_after` later."""

    schemas: Schemas
    pending_share: float = 0.0
    decide_after: timedelta = timedelta(minutes=1)

    def puts_aside(self, record: Record) -> bool:
        """Whether somebody has to look at it first: by its name, so that it is the same at every try."""
        return int(digest(record.idempotency_key.encode())[:8], 16) < self.pending_share * 2**32

    def judge(self, manifest: ReceivedManifest, record: Record) -> ReceiptRule:
        """Accepted, or rejected with the first thing that is wrong."""
        if record.resource != manifest.resource:
            return ReceiptRule(REJECTED, "resource", f"批次的资源是 {manifest.resource}，记录是 {record.resource}")
        if (record.data is None) != record.retired:
            return ReceiptRule(REJECTED, "data", "停用的记录不带内容，其余的必须带")
        if record.data is None:
            return ReceiptRule(ACCEPTED)
        if digest(orjson.dumps(record.data)) != record.digest:
            return ReceiptRule(REJECTED, "digest", "内容与摘要不符")
        schema = self.schemas.get((manifest.definition, manifest.version, manifest.resource))
        if schema is None:
            return ReceiptRule(REJECTED, "definition", f"不认识记录定义 {manifest.definition}/{manifest.version}")
        for place, what in problems(schema, record.data):
            return ReceiptRule(REJECTED, "schema", f"{place}：{what}")
        return ReceiptRule(ACCEPTED)


def problems(schema: Schema, value: Any, place: str = "记录") -> Iterator[tuple[str, str]]:
    """Where and how `value` does not fit `schema`: type, required, enum, pattern, maxLength, properties, items."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and _kind(value) not in kinds:
        yield place, "缺少内容" if value is None else f"应为 {'、'.join(kinds)}"
    elif "enum" in schema and value not in schema["enum"]:
        yield place, f"不认识的值 {value}"
    elif isinstance(value, str):
        yield from _text_problems(schema, value, place)
    elif isinstance(value, dict):
        yield from _object_problems(schema, value, place)
    elif isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value, start=1):
            yield from problems(schema["items"], item, f"{place}[{number}]")


def _text_problems(schema: Schema, value: str, place: str) -> Iterator[tuple[str, str]]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield place, "格式不对"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield place, f"最多 {schema['maxLength']} 个字"


def _object_problems(schema: Schema, value: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place}.{name}", "缺少字段"
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from problems(inner, value[name], f"{place}.{name}")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]
