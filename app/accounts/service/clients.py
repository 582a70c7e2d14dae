"""Machine clients: create, change, renew and rotate their secrets, disable."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.actions import MANAGE_CLIENTS
from app.accounts.domain import (
    OVERLAP_DAYS,
    check_networks,
    check_overlap,
    check_rate,
    check_region_prefix,
    check_scopes,
    digest,
    new_secret,
    same,
)
from app.accounts.models import MachineClient
from app.accounts.queries import find_client
from app.journal.domain import SubjectKey, diff
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.sealed import seal, unseal


@dataclass(frozen=True)
class ClientLimits:
    """From where and how fast a client may call, and whether only signed: `rate_per_second` and `burst` None are the deployment's."""

    allowed_addresses: str = ""
    rate_per_second: int | None = None
    burst: int | None = None
    signed_only: bool = False


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


def limit_client(session: Session, *, actor: Actor, client_id: str, limits: ClientLimits, now: datetime) -> None:
    """Say from where and how fast the client may call, and whether only signed; it holds from the next call on.

    Raises `Invalid` for what is no network or no rate, and where signatures are asked of a client without a key.
    """
    require(actor, MANAGE_CLIENTS)
    client = get_client(session, client_id)
    if limits.signed_only and not client.sealed_key:
        message = _("请先生成签名密钥并交给对方，再要求签名。")
        raise Invalid("client.signature_key", message, {"signed_only": message})
    before = asdict(limits_of(client))
    client.allowed_addresses = check_networks(limits.allowed_addresses)
    client.rate_per_second = check_rate("rate_per_second", limits.rate_per_second)
    client.burst = check_rate("burst", limits.burst)
    client.signed_only = limits.signed_only
    changes = diff(before, asdict(limits_of(client)))
    if changes:
        record(session, actor=actor, now=now, type="client.limited", subject=_subject(client), changes=changes)


def limits_of(client: MachineClient) -> ClientLimits:
    """The limits that the client has now."""
    return ClientLimits(client.allowed_addresses, client.rate_per_second, client.burst, client.signed_only)


def renew_secret(
    session: Session, *, actor: Actor, client_id: str, now: datetime, overlap_days: int = OVERLAP_DAYS
) -> str:
    """A new secret; the present one goes on to work for `overlap_days` (0: it stops at once), an older one stops now."""
    require(actor, MANAGE_CLIENTS)
    client = _active(session, client_id)
    overlap = check_overlap(overlap_days)
    secret = new_secret()
    client.former_secret_hash = client.secret_hash if overlap else ""
    client.former_secret_until = now + overlap if overlap else None
    client.secret_hash = digest(secret)
    data = {"former_until": client.former_secret_until}
    record(session, actor=actor, now=now, type="client.secret", subject=_subject(client), data=data)
    return secret


def make_signature_key(session: Session, *, actor: Actor, client_id: str, sealing: bytes, now: datetime) -> str:
    """A new key for the client's signatures, which cannot be read again; a present one stops at once.

    `sealing` is the deployment's secret, under which the key lies.
    """
    require(actor, MANAGE_CLIENTS)
    client = _active(session, client_id)
    key = new_secret()
    client.sealed_key = seal(sealing, _purpose(client), key.encode())
    record(session, actor=actor, now=now, type="client.signature_key", subject=_subject(client))
    return key


def signature_key(client: MachineClient, sealing: bytes) -> bytes | None:
    """The key of the client's signatures, None without one; raises `CannotOpenError` where the deployment's secret was changed."""
    return unseal(sealing, _purpose(client), client.sealed_key) if client.sealed_key else None


def disable_client(session: Session, *, actor: Actor, client_id: str, now: datetime) -> None:
    """Disable a client; its tokens stop at once."""
    require(actor, MANAGE_CLIENTS)
    client = get_client(session, client_id)
    client.disabled_on = today(now)
    record(session, actor=actor, now=now, type="client.disabled", subject=_subject(client))


def authenticate_client(session: Session, *, client_id: str, secret: str, now: datetime) -> MachineClient | None:
    """The active client whose credentials these are: its secret, or the former one as long as both are good."""
    client = find_client(session, client_id)
    given = digest(secret)
    fits = same(given, client.secret_hash if client else digest(""))
    if client is None or client.disabled_on is not None:
        return None
    return client if fits or (former_is_good(client, now) and same(given, client.former_secret_hash)) else None


def former_is_good(client: MachineClient, now: datetime) -> bool:
    """Whether the secret before the present one still works."""
    return client.former_secret_until is not None and now < client.former_secret_until


def get_client(session: Session, client_id: str) -> MachineClient:
    """The client, or `NotFound`."""
    client = find_client(session, client_id)
    if client is None:
        raise NotFound("client.unknown", _("没有这个接口客户端。"))
    return client


def _active(session: Session, client_id: str) -> MachineClient:
    client = get_client(session, client_id)
    if client.disabled_on is not None:
        raise Conflict("client.disabled", _("这个接口客户端已停用。"))
    return client


def _purpose(client: MachineClient) -> str:
    return f"signatures of {client.client_id}"


def _subject(client: MachineClient) -> SubjectKey:
    return SubjectKey("client", client.client_id, client.name)
