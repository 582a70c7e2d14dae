"""Reading accounts: who a cookie or a token stands for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, bindparam, literal, select
from sqlalchemy.orm import Session

from app.accounts.domain import digest
from app.accounts.models import EnterpriseUser, Invitation, MachineClient, Officer, SignInSession
from app.kit.actor import Actor, ActorKind, FirmRole, Role
from app.reference.published import present_mark, remember_mark

_CLIENT = select(MachineClient).where(MachineClient.client_id == bindparam("client_id"))


@dataclass(frozen=True)
class SignedIn:
    """A live session: its row's id, when it was last seen, and whose it is."""

    session_id: int
    last_seen_at: datetime
    actor: Actor
    section: str = ""
    beside: int = 0


class _OfOfficer(NamedTuple):
    """What a page asks of an officer; columns of `Officer`."""

    id: int
    name: str
    role: str
    region_prefix: str
    department: str
    disabled_on: date | None
    section: str


class _OfPerson(NamedTuple):
    """What a page asks of a firm's person; columns of `EnterpriseUser`."""

    id: int
    name: str
    role: str
    enterprise_id: int
    disabled_on: date | None


def actor_of(account: Officer | EnterpriseUser) -> Actor:
    """The actor that an account stands for."""
    return _officer(account) if isinstance(account, Officer) else _person(account)


def _officer(account: Officer | _OfOfficer) -> Actor:
    return Actor(
        kind=ActorKind.OFFICER,
        id=account.id,
        name=account.name,
        role=Role(account.role),
        region_prefix=account.region_prefix,
        department=account.department,
    )


def _person(account: EnterpriseUser | _OfPerson) -> Actor:
    return Actor(
        kind=ActorKind.ENTERPRISE,
        id=account.id,
        name=account.name,
        enterprise_id=account.enterprise_id,
        firm_role=FirmRole(account.role),
    )


def client_actor(client: MachineClient, scopes: frozenset[str]) -> Actor:
    """The actor of a machine client with (a part of) its scopes."""
    return Actor(
        kind=ActorKind.CLIENT,
        id=client.id,
        name=client.name,
        region_prefix=client.region_prefix,
        scopes=scopes & frozenset(client.scopes.split()),
    )


def find_signed_in(
    session: Session, secret: str, *, now: datetime, idle: timedelta, beside: ColumnElement[int] | None = None
) -> SignedIn | None:
    """Whose session the cookie's secret is, unless idle too long or the account is disabled. One query.

    `beside` is a number that an upper slice wants of the same row, such as how many notices wait for the account; always the same element.
    """
    row = session.connection().execute(_signed_in(beside), {"token_hash": digest(secret)}).one_or_none()
    if row is None:
        return None
    session_id, last_seen_at, number, mark, *account = row
    remember_mark(session, mark)
    whose = _account(account)
    if whose is None or whose.disabled_on is not None or last_seen_at < now - idle:
        return None
    if isinstance(whose, _OfOfficer):
        return SignedIn(session_id, last_seen_at, _officer(whose), whose.section, number)
    return SignedIn(session_id, last_seen_at, _person(whose), beside=number)


def _account(found: Sequence[Any]) -> _OfOfficer | _OfPerson | None:
    """The account that a session's row names; None where it is gone."""
    officer, person = found[: len(_OFFICER)], found[len(_OFFICER) :]
    if officer[0] is not None:
        return _OfOfficer(*officer)
    return _OfPerson(*person) if person[0] is not None else None


_OFFICER = [getattr(Officer, name) for name in _OfOfficer._fields]
_PERSON = [getattr(EnterpriseUser, name) for name in _OfPerson._fields]


@cache
def _signed_in(beside: ColumnElement[int] | None) -> Select[*tuple[Any, ...]]:
    """The session of `:token_hash` with its account, read past the ORM; every page asks, and to make the statement takes as long as to run it."""
    return (
        select(
            SignInSession.id,
            SignInSession.last_seen_at,
            beside if beside is not None else literal(0),
            present_mark(),
            *_OFFICER,
            *_PERSON,
        )
        .select_from(SignInSession)
        .outerjoin(Officer, (SignInSession.account_kind == "officer") & (Officer.id == SignInSession.account_id))
        .outerjoin(
            EnterpriseUser,
            (SignInSession.account_kind == "enterprise") & (EnterpriseUser.id == SignInSession.account_id),
        )
        .where(SignInSession.token_hash == bindparam("token_hash"))
    )


def read_client(session: Session, client_id: str) -> MachineClient | None:
    """The same as `find_client`, as a plain row: every call of a machine asks, and changes nothing of it."""
    return cast(MachineClient | None, session.connection().execute(_CLIENT, {"client_id": client_id}).one_or_none())


def find_client(session: Session, client_id: str) -> MachineClient | None:
    """The machine client, disabled ones included."""
    return session.scalar(_CLIENT, {"client_id": client_id})


def lock_client(session: Session, row_id: int) -> None:
    """Lock the client to the end of the transaction: what it asks for twice at once comes one after the other."""
    session.execute(select(MachineClient.id).where(MachineClient.id == row_id).with_for_update())


def list_officers(session: Session) -> list[Officer]:
    """All officers, active ones first, by name."""
    return list(session.scalars(select(Officer).order_by(Officer.disabled_on.is_not(None), Officer.login)))


def list_clients(session: Session) -> list[MachineClient]:
    """All machine clients."""
    return list(
        session.scalars(select(MachineClient).order_by(MachineClient.disabled_on.is_not(None), MachineClient.id))
    )


def officer_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Names of these officers, for lists that show who."""
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(ids)))}


def list_active_officers(session: Session, roles: frozenset[Role], regions: Iterable[str] = ()) -> list[Officer]:
    """Active officers of these roles who may see every one of `regions`, by name; for hand-over, assignment and filters."""
    wanted = frozenset(regions)
    found = session.scalars(
        select(Officer)
        .where(Officer.disabled_on.is_(None), Officer.role.in_([str(role) for role in roles]))
        .order_by(Officer.name, Officer.id)
    )
    return [officer for officer in found if all(code.startswith(officer.region_prefix) for code in wanted)]


def list_enterprise_users(session: Session, enterprise_id: int) -> list[EnterpriseUser]:
    """Portal users of one enterprise."""
    return list(
        session.scalars(
            select(EnterpriseUser).where(EnterpriseUser.enterprise_id == enterprise_id).order_by(EnterpriseUser.id)
        )
    )


def list_manager_names(session: Session, enterprise_id: int) -> list[str]:
    """The names of those who manage a firm's people now."""
    managers = select(EnterpriseUser.name).where(
        EnterpriseUser.enterprise_id == enterprise_id,
        EnterpriseUser.role == FirmRole.MANAGER,
        EnterpriseUser.disabled_on.is_(None),
    )
    return list(session.scalars(managers.order_by(EnterpriseUser.id)))


def list_open_invitations(session: Session, enterprise_id: int, now: datetime) -> list[Invitation]:
    """Invitations of one enterprise that can still be used."""
    return list(
        session.scalars(
            select(Invitation).where(
                Invitation.enterprise_id == enterprise_id,
                Invitation.used_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                Invitation.expires_at > now,
            )
        )
    )
