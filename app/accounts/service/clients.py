"""Machine clients: create, new secret, disable."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.actions import MANAGE_CLIENTS
from app.accounts.domain import check_region_prefix, check_scopes, digest, new_secret, same
from app.accounts.models import MachineClient
from app.accounts.queries import find_client
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require


def create_client(
    session: Session, *, actor: Actor, name: str, scopes: str, region_prefix: str, now: datetime
) -> tuple[MachineClient, str]:
    """A new client and its secret, which cannot be read again. An unknown scope is refused by name."""
    require(actor, MANAGE_CLIENTS)
    name = name.strip()
    if not name:
        raise Invalid("client.name", _("请填写名称。"), {"name": _("请填写名称。")})
    secret = new_secret()
    client = MachineClient(
        client_id=f"ym-{secrets.token_hex(8)}",
        name=name[:120],
        secret_hash=digest(secret),
        scopes=check_scopes(scopes),
        region_prefix=check_region_prefix(region_prefix),
        created_at=now,
    )
    session.add(client)
    session.flush()
    data = {"scopes": client.scopes, "region_prefix": client.region_prefix}
    record(session, actor=actor, now=now, type="client.created", subject=_subject(client), data=data)
    return client, secret


def renew_secret(session: Session, *, actor: Actor, client_id: str, now: datetime) -> str:
    """A new secret; the old one stops at once."""
    require(actor, MANAGE_CLIENTS)
    client = get_client(session, client_id)
    secret = new_secret()
    client.secret_hash = digest(secret)
    record(session, actor=actor, now=now, type="client.secret", subject=_subject(client))
    return secret


def disable_client(session: Session, *, actor: Actor, client_id: str, now: datetime) -> None:
    """Disable a client; its tokens stop at once."""
    require(actor, MANAGE_CLIENTS)
    client = get_client(session, client_id)
    client.disabled_on = today(now)
    record(session, actor=actor, now=now, type="client.disabled", subject=_subject(client))


def authenticate_client(session: Session, *, client_id: str, secret: str) -> MachineClient | None:
    """The active client whose credentials these are."""
    client = find_client(session, client_id)
    fits = same(digest(secret), client.secret_hash if client else digest(""))
    return client if client is not None and fits and client.disabled_on is None else None


def get_client(session: Session, client_id: str) -> MachineClient:
    """The client, or `NotFound`."""
    client = find_client(session, client_id)
    if client is None:
        raise NotFound("client.unknown", _("没有这个接口客户端。"))
    return client


def _subject(client: MachineClient) -> SubjectKey:
    return SubjectKey("client", client.client_id, client.name)
