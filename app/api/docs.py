"""The API's documentation: the OpenAPI document and a page that shows it, served from here alone."""

from typing import Any

from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.api.answers import Json
from app.api.docs_page import docs_page
from app.api.documentation import openapi_document
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter

router = GuardedRouter(door="public", prefix="/api")


@router.get("/openapi.json", action=PUBLIC)
def read_openapi(call: Call) -> Response:
    """The OpenAPI document of API v1, made once."""
    return Json(_document(call))


@router.get("/docs", action=PUBLIC)
def show_docs(call: Call) -> Response:
    """The documentation page, made from the same document."""
    page = docs_page(_document(call), address="/api/openapi.json", base=call.settings.base_url)
    return call.render("public/api_docs.html", page)


def _document(call: Call) -> dict[str, Any]:
    state = call.request.app.state
    if not hasattr(state, "openapi_document"):
        state.openapi_document = openapi_document()
    found: dict[str, Any] = state.openapi_document
    return found
