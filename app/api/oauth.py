"""`/oauth/token`: client credentials by form or Basic. Errors are those of RFC 6749, the only place without problem documents."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, Response

from app.accounts.actions import PUBLIC
from app.accounts.models import MachineClient
from app.accounts.queries import client_actor
from app.accounts.service.clients import authenticate_client
from app.api.operations import TOKEN_OPERATION
from app.doors.api.actor import TOKEN_LIFE, check_address, make_token
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.requests.deps import client_address
from app.exchange.service import record_token
from app.kit.errors import TooLarge
from app.kit.i18n import _

router = GuardedRouter(door="api", tags=["oauth"])

NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}
FORM_TYPE = "application/x-www-form-urlencoded"
LONGEST_FORM = 16 * 1024
SINGLE = ("grant_type", "scope", "client_id", "client_secret")


class TokenRefused(Exception):
    """An RFC 6749 error: `error` is one of its codes, `description` is plain ASCII for the caller's log."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True)
class Credentials:
    """Who asks, by whatever way it was said."""

    client_id: str
    secret: str


async def read_form(request: Request) -> FormData:
    """The small form of a token request, read no further than it may be long; raises `TooLarge` beyond."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise TooLarge("oauth.form", _("请求内容过长：令牌请求最多 %(n)s 字节。") % {"n": LONGEST_FORM})
    pairs: list[tuple[str, str | UploadFile]] = [*parse_qsl(body.decode(errors="replace"), keep_blank_values=True)]
    return FormData(pairs)


TokenForm = Annotated[FormData, Depends(read_form)]


@router.post("/oauth/token", action=PUBLIC, **TOKEN_OPERATION)
def issue_token(call: Call, form: TokenForm) -> Response:
    """Give a machine client an access token for its scopes, or for the part of them it asks for."""
    request, session, now = call.request, call.session, call.now
    request.app.state.rate_limiter.take(f"token:{client_address(request)}")
    try:
        check_request(request, form)
        client = authenticated(session, read_credentials(request, form), now)
        scopes = granted_scopes(client, _one(form, "scope"))
    except TokenRefused as refused:
        return _refusal(refused)
    check_address(request, client)
    actor, address = client_actor(client, scopes), client_address(request)
    record_token(session, actor=actor, client_id=client.client_id, address=address, now=now)
    body = {
        "access_token": make_token(call.settings.secret, client, scopes, now),
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "scope": " ".join(sorted(scopes)),
    }
    return JSONResponse(body, headers=NOT_KEPT)


def check_request(request: Request, form: FormData) -> None:
    """The shape of a token request; raises `TokenRefused`."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM_TYPE:
        raise TokenRefused("invalid_request", f"send the parameters as {FORM_TYPE}")
    repeated = [name for name in SINGLE if len(form.getlist(name)) > 1]
    if repeated:
        raise TokenRefused("invalid_request", f"{repeated[0]} is given more than once")
    grant = _one(form, "grant_type")
    if not grant:
        raise TokenRefused("invalid_request", "grant_type is missing")
    if grant != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "only client_credentials is supported")


def read_credentials(request: Request, form: FormData) -> Credentials:
    """Client id and secret, from Basic or from the form but not from both; raises `TokenRefused`."""
    header = request.headers.get("authorization")
    by_form = Credentials(_one(form, "client_id"), _one(form, "client_secret"))
    if header is None:
        if not by_form.client_id or not by_form.secret:
            raise TokenRefused("invalid_client", "client_id and client_secret are missing", 401)
        return by_form
    if by_form.secret:
        raise TokenRefused("invalid_request", "credentials are given both by Basic and by form")
    return _basic(header)


def _basic(header: str) -> Credentials:
    scheme, _blank, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise TokenRefused("invalid_client", "the Authorization header is not readable as Basic", 401) from None
    if not colon:
        raise TokenRefused("invalid_client", "the Authorization header is not readable as Basic", 401)
    return Credentials(unquote_plus(client_id), unquote_plus(secret))


def authenticated(session: Session, given: Credentials, now: datetime) -> MachineClient:
    """The active client; an unknown id, a wrong secret and a disabled client answer alike."""
    client_id = given.client_id.replace("\x00", "")
    client = authenticate_client(session, client_id=client_id, secret=given.secret, now=now)
    if client is None:
        raise TokenRefused("invalid_client", "unknown client, wrong secret, or client disabled", 401)
    return client


def granted_scopes(client: MachineClient, wanted: str) -> frozenset[str]:
    """What the token is good for; raises `TokenRefused` naming a scope that the client was not given."""
    allowed = frozenset(client.scopes.split())
    asked = frozenset(wanted.split()) or allowed
    beyond = sorted(asked - allowed)
    if beyond:
        raise TokenRefused("invalid_scope", f"this client was not given the scope {_ascii(beyond[0])}")
    return asked


def _one(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _ascii(text: str) -> str:
    return "".join(char for char in text[:60] if " " < char < "\x7f" and char not in '"\\')


def _refusal(refused: TokenRefused) -> JSONResponse:
    headers = dict(NOT_KEPT)
    if refused.status == 401:
        headers["www-authenticate"] = 'Basic realm="yumiao"'
    body = {"error": refused.error, "error_description": refused.description}
    return JSONResponse(body, status_code=refused.status, headers=headers)
