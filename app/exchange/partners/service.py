"""Setting partners up: their connection, their keys, whether they are served."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.exchange.actions import MANAGE_PARTNERS
from app.exchange.partners import events
from app.exchange.partners.certificates import read_certificate
from app.exchange.partners.checks import check_partner
from app.exchange.partners.domain import Circuit, circuit_of
from app.exchange.partners.keys import check_days, make_key
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import find_partner, list_partners, lock_partner
from app.exchange.partners.schemas import NewPartner, PartnerChange, PartnerInput
from app.exchange.signatures import SignatureScheme
from app.journal.domain import Change, SubjectKey, diff
from app.journal.follower import begin_at_head
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import require

_WRITTEN = ("name", "definition", "definition_version", "transport", "region_prefix", "follows", "base_url")


def subject_of(partner: Partner) -> SubjectKey:
    """The partner in the journal."""
    return SubjectKey("partner", partner.code, partner.name, None, partner.region_prefix)


def follower_name(code: str) -> str:
    """Under which name a partner follows the journal."""
    return f"exchange:{code}"


def create_partner(
    session: Session, *, actor: Actor, now: datetime, secret: bytes, given: NewPartner
) -> tuple[Partner, str]:
    """A new partner, and the key to tell it (hex), which cannot be shown again. It follows the journal from here on.

    `secret` seals the key. Raises `Invalid` naming each wrong field, `Conflict` for a code in use.
    """
    require(actor, MANAGE_PARTNERS)
    if find_partner(session, given.code) is not None:
        raise _taken(given.code)
    client = check_partner(session, given)
    partner = Partner(code=given.code, scheme=given.scheme, created_at=now, updated_at=now)
    _write(partner, given, client)
    key = make_key(partner, secret)
    try:
        with session.begin_nested():
            session.add(partner)
    except IntegrityError:  # somebody made it at the same moment
        raise _taken(given.code) from None
    begin_at_head(session, follower_name(partner.code), now)
    data = {"scheme": partner.scheme, "key_id": partner.key_id}
    changes = diff({}, connection_values(session, partner))
    record(session, actor=actor, now=now, type=events.CREATED, subject=subject_of(partner), changes=changes, data=data)
    return partner, key


def _taken(code: str) -> Conflict:
    message = _("代码“%(code)s”已在使用。") % {"code": code}
    return Conflict("partner.code", message, {"code": message})


def change_partner(session: Session, *, actor: Actor, now: datetime, partner: Partner, given: PartnerChange) -> None:
    """Change the connection; raises `Conflict` when somebody else did since, `Invalid` naming each wrong field."""
    require(actor, MANAGE_PARTNERS)
    lock_partner(session, partner.id)
    if partner.version != given.version:
        raise Conflict("partner.stale", _("该交换对方刚被他人改动，请核对后重新提交。"))
    client = check_partner(session, given, partner)
    before = connection_values(session, partner)
    _write(partner, given, client)
    changes = diff(before, connection_values(session, partner))
    if changes:
        _touch(session, partner, actor, now, events.CHANGED, changes)


def renew_key(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    secret: bytes,
    partner: Partner,
    scheme: SignatureScheme | None = None,
) -> str:
    """A new key, by another `scheme` when one is named; returns it (hex) for the partner. The old one stops at once."""
    require(actor, MANAGE_PARTNERS)
    if scheme is not None:
        partner.scheme = scheme
    key = make_key(partner, secret)
    _touch(session, partner, actor, now, events.KEY_MADE, data={"scheme": partner.scheme, "key_id": partner.key_id})
    return key


def keep_certificate(session: Session, *, actor: Actor, now: datetime, partner: Partner, text: str) -> None:
    """Pin the partner's certificate (PEM, SM2); raises `Invalid` for an unreadable one, `Conflict` for one that does not hold at `now`."""
    require(actor, MANAGE_PARTNERS)
    certificate = read_certificate(text)
    check_days(certificate, now)
    before = {"certificate_until": partner.certificate_until}
    partner.certificate, partner.certificate_until = text.strip(), certificate.ends_at
    changes = diff(before, {"certificate_until": partner.certificate_until})
    data = {"subject": certificate.subject, "key": certificate.public.hex()}
    _touch(session, partner, actor, now, events.CERTIFICATE_KEPT, changes, data)


def disable_partner(session: Session, *, actor: Actor, now: datetime, partner: Partner) -> None:
    """Nothing goes out to it any more; what waits stays."""
    require(actor, MANAGE_PARTNERS)
    if partner.disabled_on is not None:
        raise Conflict("partner.disabled", _("该交换对方已停用。"))
    partner.disabled_on = today(now)
    _touch(session, partner, actor, now, events.DISABLED)


def enable_partner(session: Session, *, actor: Actor, now: datetime, partner: Partner) -> None:
    """It is served again, from where it stopped: the journal was followed meanwhile, or is from its last position."""
    require(actor, MANAGE_PARTNERS)
    if partner.disabled_on is None:
        raise Conflict("partner.enabled", _("该交换对方正在使用。"))
    partner.disabled_on, partner.failures, partner.open_until = None, 0, None
    _touch(session, partner, actor, now, events.ENABLED)


def call_again(session: Session, *, actor: Actor, now: datetime, partner: Partner) -> None:
    """Call it at once, without waiting for its circuit to be tried; raises `Conflict` when it is not paused."""
    require(actor, MANAGE_PARTNERS)
    if circuit_of(partner.failures, partner.open_until, now) is not Circuit.OPEN:
        raise Conflict("partner.not_paused", _("对该交换对方的推送没有暂停。"))
    partner.failures = 0
    _touch(session, partner, actor, now, events.RESUMED)


def raise_versions(session: Session, *, actor: Actor, now: datetime) -> int:
    """After a restore: partners hold versions up to a position that the journal will reach again with other contents, so what is frozen
    from now on is called by higher ones, by the milliseconds since 1970. Returns of how many partners.
    """
    require(actor, MANAGE_PARTNERS)
    partners = list_partners(session)
    for partner in partners:
        before = lock_partner(session, partner.id).version_lift
        partner.version_lift = max(before + 1, int(now.timestamp() * 1_000))
        changes = diff({"version_lift": before}, {"version_lift": partner.version_lift})
        _touch(session, partner, actor, now, events.VERSIONS_RAISED, changes)
    return len(partners)


def require_served(partner: Partner) -> None:
    """Raises `Invalid` for a disabled partner."""
    if partner.disabled_on is not None:
        message = _("“%(name)s”已停用，不能报送。") % {"name": partner.name}
        raise Invalid("partner.disabled", message, {"partner": message})


def _write(partner: Partner, given: PartnerInput, client: MachineClient | None) -> None:
    for name in _WRITTEN:
        setattr(partner, name, getattr(given, name))
    partner.resources = list(dict.fromkeys(given.resources))
    partner.client_row_id = client.id if client is not None else None


def connection_values(session: Session, partner: Partner) -> dict[str, Any]:
    """The connection as it stands, by the names of the input."""
    client = session.get(MachineClient, partner.client_row_id) if partner.client_row_id is not None else None
    return {name: getattr(partner, name) for name in _WRITTEN} | {
        "resources": partner.resources,
        "client_id": client.client_id if client is not None else "",
    }


def _touch(
    session: Session,
    partner: Partner,
    actor: Actor,
    now: datetime,
    type: str,
    changes: Mapping[str, Change] | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    partner.version += 1
    partner.updated_at = now
    partner.open_until = None  # whoever mends a connection wants it tried at once
    session.flush()
    record(session, actor=actor, now=now, type=type, subject=subject_of(partner), changes=changes, data=data)
