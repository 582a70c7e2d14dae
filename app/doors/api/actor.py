"""Machine clients: a bearer token, made by `/oauth/token`, stands for a client and some of its scopes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy.orm import Session

from app.accounts.domain import lies_within
from app.accounts.models import MachineClient
from app.accounts.queries import client_actor, read_client
from app.doors.requests.deps import client_address
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.i18n import _

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
        client_id, scopes, ends = _claims_of(secret, token)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return (client_id, scopes) if ends > now.timestamp() else None


@lru_cache(maxsize=1_000)
def _claims_of(secret: bytes, token: str) -> tuple[str, frozenset[str], float]:
    """Whose token it is, for what and until when; raises for one that was not made here.

    A token is shown with every call of its half hour, and checking its signature takes as long as finding its client.
    """
    claims = jwt.decode(token, OctKey.import_key(secret), algorithms=[ALGORITHM]).claims
    if claims["aud"] != AUDIENCE:
        raise ValueError("audience")
    return str(claims["sub"]), frozenset(str(claims["scope"]).split()), float(claims["exp"])


@dataclass(frozen=True)
class Bearer:
    """Whom the bearer token stands for: the client on file, and the actor with the token's part of its scopes."""

    client: MachineClient
    actor: Actor


def find_bearer(request: Request, session: Session, now: datetime) -> Bearer:
    """The machine client of the bearer token; a disabled client's tokens stop at once, and so do those from elsewhere."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    read = _read_token(request.app.state.settings.secret, token, now) if scheme.lower() == "bearer" else None
    client = read_client(session, read[0]) if read else None
    if read is None or client is None or client.disabled_on is not None:
        raise Unauthenticated("token.invalid", _("访问令牌缺失、无效或已过期，请向 /oauth/token 重新申请。"))
    check_address(request, client)
    actor = client_actor(client, read[1])
    request.state.actor = actor
    request.state.client_id = client.client_id
    return Bearer(client, actor)


def check_address(request: Request, client: MachineClient) -> None:
    """Raise `Forbidden` for a call from outside the client's networks, naming the address that we see."""
    address = client_address(request)
    if not lies_within(client.allowed_addresses, address):
        message = _("本客户端不允许从地址 %(address)s 调用。请让系统管理员核对允许的网段。") % {"address": address}
        raise Forbidden("client.address", message)
