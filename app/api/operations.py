"""How each operation presents itself in the OpenAPI document."""

from typing import Any

from app.api.schemas import NAMES, record_example, ref, whole_or_part
from app.exchange.plans import province_plans

Options = dict[str, Any]

#: `list_verdicts` reads those of one firm.
OPERATION_IDS = {"verdicts": "list_kept_verdicts"}
_CURSOR = "vP0sM3Jk1xQ2mZr7MTAw"
_SHA256 = "0" * 64

TOKEN_OPERATION: Options = {
    "summary": "Get an access token",
    "operation_id": "issue_token",
    "description": "OAuth 2.0 client credentials (RFC 6749 §4.4); client id and secret by HTTP Basic or in the form.",
    "responses": {
        200: {
            "description": "A token for the scopes asked for",
            "content": {
                "application/json": {
                    "schema": ref("Token"),
                    "example": {
                        "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.example",
                        "token_type": "Bearer",
                        "expires_in": 1800,
                        "scope": "export:read",
                    },
                }
            },
        },
        400: {
            "description": "invalid_request, invalid_scope or unsupported_grant_type",
            "content": {
                "application/json": {
                    "schema": ref("TokenError"),
                    "example": {"error": "invalid_request", "error_description": "grant_type is missing"},
                }
            },
        },
        401: {
            "description": "invalid_client",
            "headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}},
            "content": {
                "application/json": {
                    "schema": ref("TokenError"),
                    "example": {
                        "error": "invalid_client",
                        "error_description": "unknown client, wrong secret, or client disabled",
                    },
                }
            },
        },
    },
    "openapi_extra": {
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": ref("TokenRequest"),
                    "example": {
                        "grant_type": "client_credentials",
                        "client_id": "ym-0123456789abcdef",
                        "client_secret": "example",
                        "scope": "export:read",
                    },
                }
            },
        },
    },
}


def list_operation(resource: str) -> Options:
    """A list of one resource."""
    plan = province_plans()[resource]
    example = {"items": [record_example(resource)], "next": _CURSOR}
    return {
        "summary": f"List {resource}",
        "operation_id": OPERATION_IDS.get(resource, f"list_{resource}"),
        "description": (plan.definition.note or plan.definition.title).en,
        "responses": {200: _json("One page, in a fixed order", ref(f"{NAMES[resource]}Page"), example)},
    }


def enterprise_operation() -> Options:
    """One enterprise by its code."""
    return {
        "summary": "Read one enterprise",
        "operation_id": "get_enterprise",
        "description": "By its present code, or by a code it bore before.",
        "responses": {200: _json("The record", whole_or_part("enterprises"), record_example("enterprises"))},
    }


def feed_operation() -> Options:
    """The ordered feed."""
    return {
        "summary": "Follow what changed",
        "operation_id": "read_events",
        "description": "Changes of exported records after a position, in order. The data is the record as it is now, or a "
        "tombstone. Ask on with `after` = `next`; an answer whose `next` equals `after` means that nothing is new.",
        "responses": {200: _json("Changes in rising position", ref("FeedPage"), {"items": [_event()], "next": 1204})},
    }


def _event() -> Options:
    return {
        "specversion": "1.0",
        "id": "1204",
        "source": "/api/v1/enterprises",
        "type": "cn.yumiao.enterprise.retired",
        "subject": "91429099MA4EXAMP0B",
        "time": "2021-06-30T02:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": "/api/v1/schemas/enterprises.json",
        "position": 1204,
        "resource": "enterprises",
        "data": {"key": "91429099MA4EXAMP0B", "uscc": "91429099MA4EXAMP0B", "retired": True},
    }


def snapshot_operation() -> Options:
    """The NDJSON snapshot."""
    manifest = {
        "resource": "cases",
        "count": 0,
        "sha256": _SHA256,
        "position": 1204,
        "schema": "/api/v1/schemas/cases.json",
    }
    return {
        "summary": "Take the whole state",
        "operation_id": "export_resource",
        "description": "One record on each line, as in the list, then a line with the manifest. A stream without its "
        "manifest is not whole: discard it. Each export is journalled.",
        "responses": {
            200: {
                "description": "Newline-delimited JSON",
                "content": {
                    "application/x-ndjson": {
                        "schema": {"type": "string"},
                        "example": f'{{"manifest":{manifest}}}'.replace("'", '"'),
                    }
                },
            }
        },
    }


def schema_operation() -> Options:
    """The JSON Schema of a resource."""
    return {
        "summary": "Read the JSON Schema of a record",
        "operation_id": "get_schema",
        "description": "Generated from the definition that the records are built from.",
        "responses": {
            200: _json("A JSON Schema (2020-12)", {"type": "object"}, {"type": "object"}, "application/schema+json")
        },
    }


def resource_parameter() -> Options:
    """Which names the path takes."""
    return {"enum": list(NAMES)}


def _json(description: str, schema: Options, example: Any, media_type: str = "application/json") -> Options:
    return {"description": description, "content": {media_type: {"schema": schema, "example": example}}}
