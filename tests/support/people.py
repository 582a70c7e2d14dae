"""People on file and their sessions, written as rows: no event is journalled, so tests may count their own."""

import secrets
from functools import cache
from itertools import count

from sqlalchemy.orm import Session

from app.accounts.domain import digest, new_secret
from app.accounts.models import EnterpriseUser, Officer, SignInSession
from app.accounts.passwords import hash_password
from app.accounts.queries import actor_of
from app.kit.actor import Actor
from app.kit.clock import utc_now

PASSWORD = "only-for-tests-2021"
_serial = count(1)


@cache
def password_hash() -> str:
    """PASSWORD at the least cost."""
    return hash_password(PASSWORD, cheap=True)


def officer(session: Session, *, role: str = "caseworker", region: str = "429005", department: str = "") -> Actor:
    """A new officer on file, as an actor."""
    number = next(_serial)
    row = Officer(
        login=f"{role}-{number}-{secrets.token_hex(2)}",
        name=f"李晓{number}（示例）",
        role=role,
        department=department,
        region_prefix=region,
        password_hash=password_hash(),
        created_at=utc_now(),
    )
    session.add(row)
    session.flush()
    return actor_of(row)


def department(session: Session, code: str, *, region: str = "429005") -> Actor:
    """A new officer of another department (a code of the vocabulary `department`), as an actor."""
    return officer(session, role="department", region=region, department=code)


def enterprise_user(session: Session, *, enterprise_id: int, role: str = "manager") -> Actor:
    """A new portal user of the enterprise, as an actor."""
    number = next(_serial)
    row = EnterpriseUser(
        enterprise_id=enterprise_id,
        login=f"firm-{number}-{secrets.token_hex(2)}",
        name=f"王敏{number}（示例）",
        role=role,
        password_hash=password_hash(),
        created_at=utc_now(),
    )
    session.add(row)
    session.flush()
    return actor_of(row)


def open_session(session: Session, actor: Actor) -> str:
    """Sign `actor` in; returns the cookie's secret."""
    secret, now = new_secret(), utc_now()
    session.add(
        SignInSession(
            token_hash=digest(secret),
            account_kind=str(actor.kind),
            account_id=actor.id,
            created_at=now,
            last_seen_at=now,
        )
    )
    session.flush()
    return secret
