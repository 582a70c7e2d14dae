"""The OpenAPI document: FastAPI's own, completed with the generated record schemas, security and problem documents."""

from copy import deepcopy
from typing import Any

from fastapi.openapi.utils import get_openapi

from app import __version__, api
from app.accounts.domain import SCOPES
from app.api import cases, import_operations, policy_operations, receipts, schemas
from app.doors.calls.discovery import routes_of
from app.doors.calls.router import action_of

Operation = dict[str, Any]

TITLE = "育苗 Yumiao API"
DESCRIPTION = """\
Read access for the provincial system, evaluations of policies, and files to be taken in.

* Ask for a token at `POST /oauth/token` (client credentials), send it as `Authorization: Bearer …`.
* Lists are walked by `next` → `?cursor=`. What is not known is `null`, never zero. Amounts are decimal strings.
* `fields=` names the fields wanted; `changed_after=` a feed position after which a record was touched. `ETag` and
  `If-None-Match` save an answer that is still good; `Accept-Encoding: gzip` makes it a sixth or less.
* `GET /api/v1/export/{resource}.ndjson` is the whole state at one feed `position`; `GET /api/v1/events?after=position`
  is what changed since. Snapshot + feed = the state, always.
* Errors are problem documents (RFC 9457) with a stable `code`; `errors` names each bad parameter or field.
* Version 1 only grows: fields and operations are added, never removed or narrowed.
"""
SCOPE_TEXTS = {
    "export:read": "Read records, the feed and snapshots, within the client's region",
    "policies:evaluate": "Evaluate policies on facts, read stored verdicts",
    "exchange:receipts": "Tell what became of the records that were handed over",
    "import:write": "Hand in files to be taken in, read what became of them",
}
PREFIXES = ("/api/v1/", "/oauth/")


def openapi_document() -> dict[str, Any]:
    """The document of API v1, as served and as committed in `docs/openapi.json`."""
    routes = api_routes()
    document = get_openapi(title=TITLE, version=__version__, description=DESCRIPTION, routes=routes)
    components = document.setdefault("components", {})
    found = components.setdefault("schemas", {})
    for generated in ("HTTPValidationError", "ValidationError"):
        found.pop(generated, None)
    found.update(schemas.components())
    found.update(policy_operations.SCHEMAS)
    found.update(cases.SCHEMAS)
    found.update(receipts.SCHEMAS)
    found.update(import_operations.SCHEMAS)
    components["responses"] = schemas.problem_responses()
    components["headers"] = schemas.HEADERS
    components["securitySchemes"] = _security_schemes()
    for route in routes:
        for method in route.methods & {"GET", "POST"}:
            _complete(document["paths"][route.path_format][method.lower()], route)
    return document


def api_routes() -> list[Any]:
    """The routes of API v1 and of the token end point, from every module of this door."""
    declared = (route for route in routes_of(api) if route.path.startswith(PREFIXES) and route.include_in_schema)
    return sorted(declared, key=lambda route: (route.path, sorted(route.methods)))


def _complete(operation: Operation, route: Any) -> None:
    """Security and problem documents of one operation."""
    responses = operation["responses"]
    responses.pop("422", None)
    responses.update(_as_declared(route))
    action = action_of(route)
    scope = action.scope if action else None
    if route.path.startswith("/oauth/"):
        statuses = [403, 429, 500, 503]
    else:
        statuses = [422, 429, 500, 503] + ([404] if "{" in route.path or "requestBody" in operation else [])
        if scope:
            operation["security"] = [{"oauth2": [scope]}]
            statuses += [401, 403]
        else:
            operation["security"] = []
    if "requestBody" in operation:
        statuses.append(413)
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    _add_headers(operation, limited=scope is not None)


def _add_headers(operation: Operation, *, limited: bool) -> None:
    """The rate in what a client is answered; the validator, and the answer without content, where it may be asked for."""
    answer = operation["responses"]["202" if "202" in operation["responses"] else "200"]
    headers = answer.setdefault("headers", {})
    if limited:
        headers.update(schemas.rate_header_refs())
    if any(parameter["name"] == "if-none-match" for parameter in operation.get("parameters", ())):
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        operation["responses"]["304"] = {"$ref": "#/components/responses/NotModified"}
    if not headers:
        del answer["headers"]


def _as_declared(route: Any) -> dict[str, Any]:
    """The answers as their route declares them: FastAPI would drop every null of an example."""
    declared = {str(status): deepcopy(answer) for status, answer in route.responses.items()}
    return {status: answer for status, answer in declared.items() if "model" not in answer}


def _security_schemes() -> dict[str, Any]:
    flow = {"tokenUrl": "/oauth/token", "scopes": {scope: SCOPE_TEXTS.get(scope, scope) for scope in SCOPES}}
    return {"oauth2": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
