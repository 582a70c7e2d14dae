"""The API's documentation: the OpenAPI document and a page that shows it, served from here alone."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.api.answers import Json
from app.api.docs_page import docs_page
from app.api.documentation import openapi_document
from app.doors.deps import AppSettings
from app.doors.pages import render
from app.doors.router import GuardedRouter

router = GuardedRouter(door="public", prefix="/api")


@router.get("/openapi.json", action=PUBLIC)
def read_openapi(request: Request) -> Response:
    """The OpenAPI document of API v1, made once."""
    return Json(_document(request))


@router.get("/docs", action=PUBLIC)
def show_docs(request: Request, settings: AppSettings) -> Response:
    """The documentation page, made from the same document."""
    page = docs_page(_document(request), address="/api/openapi.json", base=settings.base_url)
    return render(request, "public/api_docs.html", page)


def _document(request: Request) -> dict[str, Any]:
    state = request.app.state
    if not hasattr(state, "openapi_document"):
        state.openapi_document = openapi_document()
    found: dict[str, Any] = state.openapi_document
    return found
