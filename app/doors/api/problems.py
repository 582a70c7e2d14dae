"""Errors as RFC 9457 problem documents, for machines."""

from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from app.kit.errors import DomainError, Unauthenticated

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad request",
    401: "Unauthorised",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document: `errors` names each bad parameter or field with its message."""
    body: dict[str, Any] = {
        "type": f"urn:yumiao:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if errors:
        body["errors"] = errors
    return Response(orjson.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_of(request: Request, error: DomainError) -> Response:
    """The problem document of a refusal by the domain."""
    errors = [{"field": name, "message": message} for name, message in error.fields.items()]
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = error.challenge
    if retry := getattr(error, "retry_after", None):
        headers["retry-after"] = str(retry)
    return problem(request, status=error.status, code=error.code, detail=error.message, errors=errors, headers=headers)
