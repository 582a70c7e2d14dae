"""JSON Schemas of the API's envelopes, and of the records through their definitions."""

from typing import Any

from app.doors.problems import MEDIA_TYPE, TITLES
from app.exchange.json_schema import example, record_schema
from app.exchange.plans import province_plans

Schema = dict[str, Any]

NAMES = {"enterprises": "Enterprise", "cases": "Case", "commissioners": "Commissioner", "incentives": "Incentive"}

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
    "properties": {"key": {"type": "string"}, "retired": {"const": True}},
}
HEADERS: Schema = {
    "RateLimit-Limit": {"description": "calls that may be made at once", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "calls left at this moment", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "seconds until all calls are back", "schema": {"type": "integer"}},
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}},
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
        found[f"{NAMES[resource]}Page"] = _page(ref(NAMES[resource]), cursor)
    return found


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
    """One response component for each status of a problem document."""
    return {
        f"Problem{status}": _problem_response(status) for status in (400, 401, 403, 404, 409, 413, 422, 429, 500, 503)
    }


def _problem_response(status: int) -> Schema:
    response: Schema = {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": ref("Problem"), "example": _problem_example(status)}},
    }
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if status == 429:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response


_EXAMPLES: dict[int, tuple[str, str, str | None]] = {
    400: ("http.400", "请求无法处理。", None),
    401: ("token.invalid", "访问令牌缺失、无效或已过期，请向 /oauth/token 重新申请。", None),
    403: ("scope.missing", "令牌缺少权限范围 export:read。", None),
    404: ("enterprise.not_found", "没有这家企业，或不在本客户端的辖区内。", None),
    409: ("http.409", "请求无法处理。", None),
    413: ("http.413", "提交的内容超过大小上限，没有接收。", None),
    422: ("request.invalid", "请求参数有误：limit。", "limit"),
    429: ("rate.exceeded", "调用过于频繁，请稍后再试。", None),
    500: ("internal", "系统出现意外错误，本次操作没有保存。请把编号 0A1B2C3D 告诉系统管理员。", None),
    503: ("database.busy", "系统繁忙，本次操作没有保存，请稍后重试。", None),
}


def _problem_example(status: int) -> Schema:
    code, detail, field = _EXAMPLES[status]
    body: Schema = {
        "type": f"urn:yumiao:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "detail": detail,
        "instance": "/api/v1/enterprises",
        "request_id": "0123456789abcdef",
    }
    return body | ({"errors": [{"field": field, "message": "不能大于 1000。"}]} if field else {})
