"""Machine clients: a bearer token, made by `/oauth/token`, stands for a client and some of its scopes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.accounts.models import MachineClient
from app.accounts.queries import client_actor, find_client
from app.doors.deps import DbSession, Now
from app.doors.rate import RateLimiter
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.i18n import _
from app.kit.permissions import Action, can

TOKEN_LIFE = timedelta(minutes=30)
ALGORITHM = "HS256"
AUDIENCE = "yumiao-api-v1"


def make_token(secret: bytes, client: MachineClient, scopes: frozenset[str], now: datetime) -> str:
    """A signed access token for `client` with `scopes`, good for `TOKEN_LIFE`."""
    claims = {
        "aud": AUDIENCE,
        "sub": client.client_id,
        "scope": " ".join(sorted(scopes)),
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFE).timestamp()),
    }
    return jwt.encode({"alg": ALGORITHM}, claims, OctKey.import_key(secret))


def _read_token(secret: bytes, token: str, now: datetime) -> tuple[str, frozenset[str]] | None:
    try:
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=[ALGORITHM]).claims
        if claims["aud"] != AUDIENCE or claims["exp"] <= now.timestamp():
            return None
        return str(claims["sub"]), frozenset(str(claims["scope"]).split())
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def get_client_actor(request: Request, session: DbSession, now: Now) -> Actor:
    """The machine client of the bearer token; a disabled client's tokens stop at once."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    read = _read_token(request.app.state.settings.secret, token, now) if scheme.lower() == "bearer" else None
    client = find_client(session, read[0]) if read else None
    if read is None or client is None or client.disabled_on is not None:
        raise Unauthenticated("token.invalid", _("访问令牌缺失、无效或已过期，请向 /oauth/token 重新申请。"))
    actor = client_actor(client, read[1])
    request.state.actor = actor
    request.state.client_id = client.client_id
    return actor


ClientActor = Annotated[Actor, Depends(get_client_actor)]


def guard_api(action: Action) -> Callable[..., None]:
    """A dependency that lets a client pass that has the action's scope, within its rate."""
    if action.public:
        return lambda: None

    def guard(request: Request, actor: ClientActor) -> None:
        request.state.action = action
        limiter: RateLimiter = request.app.state.rate_limiter
        request.state.rate_headers = limiter.headers(0)
        request.state.rate_headers = limiter.headers(limiter.take(str(actor.id)))
        if not can(actor, action):
            raise Forbidden("scope.missing", _("令牌缺少权限范围 %(scope)s。") % {"scope": action.scope})

    return guard
