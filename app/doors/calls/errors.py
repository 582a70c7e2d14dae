"""What a person or a machine sees when something cannot be done."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.doors.api.problems import problem, problem_of
from app.doors.forms.bound import message_of
from app.doors.pages.chrome import home_of
from app.doors.pages.render import redirect, render, safe_next
from app.doors.requests.once import AlreadyDone
from app.kit.actor import ANONYMOUS
from app.kit.errors import DomainError, Forbidden, Unauthenticated
from app.kit.i18n import _

log = structlog.get_logger()

#: The first pages of officers, of firms and of departments.
FRONT_DOORS = ("/", "/portal", "/department")


@dataclass(frozen=True)
class ErrorPage:
    """An error page: what happened, and a number to quote when it is our fault."""

    status: int
    code: str
    message: str
    incident: str = ""


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(DomainError, _domain_error)  # type: ignore[arg-type]
    app.add_exception_handler(AlreadyDone, _already_done)
    app.add_exception_handler(RequestValidationError, _bad_parameters)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type]
    app.add_exception_handler(OperationalError, _database_busy)  # type: ignore[arg-type]
    app.add_exception_handler(NoConnectionError, _database_busy)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _unexpected)


def is_api(request: Request) -> bool:
    """Whether the caller is a machine."""
    return request.url.path.startswith(("/api/", "/oauth/"))


def _answer(request: Request, page: ErrorPage) -> Response:
    if is_api(request):
        return problem(request, status=page.status, code=page.code, detail=page.message)
    return render(request, "errors/error.html", page, status=page.status)


def _domain_error(request: Request, error: DomainError) -> Response:
    if is_api(request):
        return problem_of(request, error)
    if isinstance(error, Unauthenticated):
        return _to_sign_in(request)
    if isinstance(error, Forbidden) and request.method == "GET" and (home := _own_door(request)):
        return redirect(request, home)
    response = _answer(request, ErrorPage(error.status, error.code, error.message))
    if retry := getattr(error, "retry_after", None):
        response.headers["retry-after"] = str(retry)
    return response


def _to_sign_in(request: Request) -> Response:
    door = "/portal/sign-in" if request.url.path.startswith("/portal") else "/sign-in"
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    wanted = target if request.method == "GET" else ""
    return redirect(request, f"{door}?next={quote(wanted)}" if wanted not in ("", "/", "/portal") else door)


def _own_door(request: Request) -> str:
    """Where somebody belongs who came to the front door of others, by a bookmark or the bare address; else nothing."""
    home = home_of(getattr(request.state, "actor", ANONYMOUS))
    return home if request.url.path in FRONT_DOORS and request.url.path != home else ""


def _already_done(request: Request, error: Exception) -> Response:
    referer = request.headers.get("referer", "")
    base = str(request.base_url).rstrip("/")
    back = safe_next(referer.removeprefix(base) if referer.startswith(base) else None, request.url.path)
    return redirect(request, back, info=_("这一步刚才已经提交过，没有重复处理。"))


def _bad_parameters(request: Request, error: RequestValidationError) -> Response:
    errors = [
        {
            "field": ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]),
            "message": _parameter_message(item),
        }
        for item in error.errors()
    ]
    detail = _("请求参数有误：%(names)s。") % {"names": "、".join(item["field"] for item in errors)}
    if is_api(request):
        return problem(request, status=422, code="request.invalid", detail=detail, errors=errors)
    return _answer(request, ErrorPage(422, "request.invalid", detail))


def _parameter_message(item: Mapping[str, Any]) -> str:
    return _("没有这个参数。") if item["type"] == "extra_forbidden" else message_of(item)


def _http_error(request: Request, error: HTTPException) -> Response:
    messages = {
        404: _("没有找到这个页面。可能是地址有误，或内容已移走。"),
        405: _("这个地址不支持此种操作。"),
        413: _("提交的内容超过大小上限，没有接收。"),
    }
    message = messages.get(error.status_code, _("请求无法处理。"))
    response = _answer(request, ErrorPage(error.status_code, f"http.{error.status_code}", message))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _database_busy(request: Request, error: SQLAlchemyError) -> Response:
    incident = _incident(error)
    response = _answer(
        request, ErrorPage(503, "database.busy", _("系统繁忙，本次操作没有保存，请稍后重试。"), incident)
    )
    response.headers["retry-after"] = "5"
    return response


def _unexpected(request: Request, error: Exception) -> Response:
    incident = _incident(error)
    message = _("系统出现意外错误，本次操作没有保存。请把编号 %(incident)s 告诉系统管理员。") % {"incident": incident}
    return _answer(request, ErrorPage(500, "internal", message, incident))


def _incident(error: Exception) -> str:
    incident = secrets.token_hex(4).upper()
    log.error("unexpected error", incident=incident, exc_info=error)
    return incident
