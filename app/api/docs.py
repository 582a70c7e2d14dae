"""The API's documentation: the OpenAPI document and a page that shows it, served from here alone."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.api.answers import Json
from app.api.documentation import openapi_document
from app.doors.pages import render
from app.doors.router import GuardedRouter

router = GuardedRouter(door="public", prefix="/api")

#: Swagger UI sets styles on its elements; everything else comes from our own files.
CONTENT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class DocsPage:
    """The documentation page: where the document is."""

    document: str


@router.get("/openapi.json", action=PUBLIC)
def read_openapi(request: Request) -> Response:
    """The OpenAPI document of API v1, made once."""
    state = request.app.state
    if not hasattr(state, "openapi_document"):
        state.openapi_document = openapi_document()
    return Json(state.openapi_document)


@router.get("/docs", action=PUBLIC)
def show_docs(request: Request) -> Response:
    """The documentation page."""
    response = render(request, "layouts/api_docs.html", DocsPage("/api/openapi.json"))
    response.headers["content-security-policy"] = CONTENT_POLICY
    return response
