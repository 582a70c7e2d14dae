"""JSON Schemas of the API's envelopes, and of the records through their definitions."""

from typing import Any

from app.doors.api.problems import MEDIA_TYPE, TITLES
from app.doors.api.signature import REFUSALS, REPEATED
from app.exchange.domain import ResourceDefinition
from app.exchange.json_schema import example, record_schema
from app.exchange.plans import province_plans

Schema = dict[str, Any]

_CURSOR = "翻页标记无效：不是本列表、本客户端辖区、同一筛选条件给出的标记。请去掉 cursor 从头读取。"
NAMES = {
    "enterprises": "Enterprise",
    "cases": "Case",
    "commissioners": "Commissioner",
    "incentives": "Incentive",
    "figures": "YearlyFigures",
    "properties": "IntellectualProperty",
    "milestones": "Milestone",
    "agreements": "Agreement",
    "verdicts": "KeptVerdict",
    "indicators": "IndicatorValue",
    "past_cases": "PastCase",
}

PROBLEM: Schema = {
    "type": "object",
    "description": "A problem document (RFC 9457)",
    "required": ["type", "title", "status", "code", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable dotted name to rely on"},
        "detail": {"type": "string", "description": "what is wrong and what to do, in Chinese"},
        "instance": {"type": "string"},
        "request_id": {"type": "string", "description": "quote it when you ask for help"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
TOKEN: Schema = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "description": "seconds"},
        "scope": {"type": "string"},
    },
}
TOKEN_ERROR: Schema = {
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {
        "error": {"enum": ["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]},
        "error_description": {"type": "string"},
    },
}
TOKEN_REQUEST: Schema = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_id": {"type": "string", "description": "unless sent by HTTP Basic"},
        "client_secret": {"type": "string", "description": "unless sent by HTTP Basic"},
        "scope": {
            "type": "string",
            "description": "a part of the client's scopes, separated by blanks; all by default",
        },
    },
}
MANIFEST: Schema = {
    "type": "object",
    "description": "The last line of a snapshot",
    "required": ["manifest"],
    "properties": {
        "manifest": {
            "type": "object",
            "required": ["resource", "count", "sha256", "position", "schema"],
            "properties": {
                "resource": {"enum": list(NAMES)},
                "count": {"type": "integer", "description": "lines before this one"},
                "sha256": {"type": "string", "description": "of all bytes before this line, newlines included"},
                "position": {"type": "integer", "description": "the feed position that the snapshot stands at"},
                "schema": {"type": "string", "description": "where the JSON Schema of a line is"},
            },
        }
    },
}
TOMBSTONE: Schema = {
    "type": "object",
    "description": "The record is retired, merged, or has left the client's region: forget it",
    "required": ["key", "retired"],
    "properties": {
        "key": {"type": "string"},
        "retired": {"const": True},
        "successor": {
            "type": "string",
            "description": "of a firm that turned out to be another one: the code of that one",
        },
    },
}
HEADERS: Schema = {
    "RateLimit-Limit": {"description": "calls that may be made at once", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "calls left at this moment", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "seconds until all calls are back", "schema": {"type": "integer"}},
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}},
    "ETag": {
        "description": "send it as `If-None-Match` to hear 304 while the answer is the same",
        "schema": {"type": "string"},
    },
}


def rate_header_refs() -> Schema:
    """References to the rate headers that every answer to a client carries."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS if name.startswith("RateLimit")}


def components() -> dict[str, Schema]:
    """All schemas by name."""
    found: dict[str, Schema] = {
        "Problem": PROBLEM,
        "Token": TOKEN,
        "TokenError": TOKEN_ERROR,
        "TokenRequest": TOKEN_REQUEST,
        "Manifest": MANIFEST,
        "Tombstone": TOMBSTONE,
        "FeedItem": feed_item(),
        "FeedPage": _page(ref("FeedItem"), {"type": "integer", "description": "ask on with ?after="}),
    }
    for resource, plan in province_plans().items():
        found[NAMES[resource]] = record_schema(plan.definition)
        cursor = {"type": ["string", "null"], "description": "ask on with ?cursor=; null at the end"}
        found[f"{NAMES[resource]}Part"] = _part(NAMES[resource], plan.definition)
        found[f"{NAMES[resource]}Page"] = _page(whole_or_part(resource), cursor)
    return found


def whole_or_part(resource: str) -> Schema:
    """A record, or with `fields` a part of it."""
    return {"anyOf": [ref(NAMES[resource]), ref(f"{NAMES[resource]}Part")]}


def _part(name: str, definition: ResourceDefinition) -> Schema:
    return {
        "type": "object",
        "description": f"With `fields`: the key and the fields of {name} that were asked for",
        "required": [definition.key],
        "properties": {definition.key: {"type": "string"}},
    }


def ref(name: str) -> Schema:
    """A reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def feed_item() -> Schema:
    """A CloudEvents 1.0 JSON event with our extensions `position` and `resource`."""
    return {
        "type": "object",
        "description": "A CloudEvents 1.0 event in JSON format",
        "required": [
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "position",
            "resource",
            "data",
        ],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "description": "unique for this source; the idempotency key"},
            "source": {"type": "string", "description": "the list that the record belongs to"},
            "type": {"type": "string", "description": "cn.yumiao.<kind>.changed or cn.yumiao.<kind>.retired"},
            "subject": {"type": "string", "description": "the record's key"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": "string"},
            "position": {"type": "integer", "description": "place in the feed; rises, gaps are possible"},
            "resource": {"enum": list(NAMES)},
            "data": {"anyOf": [*(ref(name) for name in NAMES.values()), ref("Tombstone")]},
        },
    }


def _page(item: Schema, cursor: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": item}, "next": cursor},
    }


def record_example(resource: str) -> Schema:
    """A fictional record."""
    return example(province_plans()[resource].definition.fields)


def problem_responses() -> dict[str, Schema]:
    """One response component for each status of a problem document, and the one without any content."""
    found = {f"Problem{status}": _problem_response(status) for status in _EXAMPLES}
    tag = {"ETag": {"$ref": "#/components/headers/ETag"}}
    return found | {"NotModified": {"description": "What you hold is still good", "headers": tag}}


def _problem_response(status: int) -> Schema:
    first, *others = [_problem_example(status, *each) for each in _EXAMPLES[status]]
    examples = {each["code"]: {"value": each} for each in (first, *others)}
    shown = {"examples": examples} if others else {"example": first}
    response: Schema = {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": ref("Problem"), **shown}},
    }
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response


_EXAMPLES: dict[int, tuple[tuple[str, ...], ...]] = {
    400: (("http.400", "请求无法处理。"),),
    401: (
        ("token.invalid", "访问令牌缺失、无效或已过期，请向 /oauth/token 重新申请。"),
        *((f"signature.{code}", text) for code, text in (*REFUSALS.values(), REPEATED)),
    ),
    403: (
        ("scope.missing", "令牌缺少权限范围 export:read。"),
        ("client.address", "本客户端不允许从地址 198.51.100.7 调用。请让系统管理员核对允许的网段。"),
    ),
    404: (("enterprise.not_found", "没有这家企业，或不在本客户端的辖区内。"),),
    409: (("http.409", "请求无法处理。"),),
    413: (("body.too_large", "请求内容过大。"),),
    422: (
        ("request.invalid", "请求参数有误：limit。", "limit", "不能大于 1000。"),
        ("paging.cursor", _CURSOR, "cursor", _CURSOR),
        ("fields.unknown", "没有这些字段：nmae。", "fields", "没有这些字段：nmae。"),
    ),
    429: (("rate.exceeded", "调用过于频繁，请稍后再试。"),),
    500: (("internal", "系统出现意外错误，本次操作没有保存。请把编号 0A1B2C3D 告诉系统管理员。"),),
    503: (("database.busy", "系统繁忙，本次操作没有保存，请稍后重试。"),),
}


def _problem_example(status: int, code: str, detail: str, field: str = "", message: str = "") -> Schema:
    body: Schema = {
        "type": f"urn:yumiao:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "detail": detail,
        "instance": "/api/v1/enterprises",
        "request_id": "0123456789abcdef",
    }
    return body | ({"errors": [{"field": field, "message": message}]} if field else {})
