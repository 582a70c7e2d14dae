"""Tables of accounts."""

from datetime import date, datetime

from sqlalchemy import Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, PrimaryKey, UtcDateTime


class Officer(Base):
    """A member of the bureau, or of another department (role `department`, then `department` says which).

    `region_prefix` limits what is seen; "" is everywhere.
    """

    __tablename__ = "officer"

    id: Mapped[PrimaryKey]
    login: Mapped[str] = mapped_column(Code(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    section: Mapped[str] = mapped_column(String(64), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    role: Mapped[str] = mapped_column(Code(20))
    department: Mapped[str] = mapped_column(Code(40), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    region_prefix: Mapped[str] = mapped_column(Code(12), default="")
    password_hash: Mapped[str] = mapped_column(String(160))
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EnterpriseUser(Base):
    """A person who acts for one enterprise in the portal."""

    __tablename__ = "enterprise_user"

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"), index=True)
    login: Mapped[str] = mapped_column(Code(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(Code(10), default="manager")
    email: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    password_hash: Mapped[str] = mapped_column(String(160))
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Invitation(Base):
    """A one-time link by which an enterprise's person gets an account."""

    __tablename__ = "invitation"

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(BigId, ForeignKey("enterprise.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Code(64), unique=True)
    invited_name: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(Code(10), default="manager")
    invited_by: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MachineClient(Base):
    """A program of the province that calls the API. `scopes` are separated by blanks, `allowed_addresses` (networks) likewise.

    After a rotation the former secret goes on to work until `former_secret_until`. `sealed_key` is the key of its signatures;
    `signed_only` refuses calls without one. Empty rates mean those of the deployment. `last_used_from` is the address of the
    last call.
    """

    __tablename__ = "machine_client"

    id: Mapped[PrimaryKey]
    client_id: Mapped[str] = mapped_column(Code(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(Code(64))
    scopes: Mapped[str] = mapped_column(String(400))
    region_prefix: Mapped[str] = mapped_column(Code(12), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_from: Mapped[str] = mapped_column(Code(45), default="")
    former_secret_hash: Mapped[str] = mapped_column(Code(64), default="")
    former_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    allowed_addresses: Mapped[str] = mapped_column(String(400), default="")
    rate_per_second: Mapped[int | None]
    burst: Mapped[int | None]
    sealed_key: Mapped[str] = mapped_column(Text, default="")
    signed_only: Mapped[bool] = mapped_column(default=False)
    disabled_on: Mapped[date | None]


class SignInSession(Base):
    """One signed-in browser. The cookie's random value is kept as its hash."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index("ix_sign_in_session_account", "account_kind", "account_id"),)

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(Code(64), unique=True)
    account_kind: Mapped[str] = mapped_column(Code(16))
    account_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Attempt(Base):
    """A try that counts towards a throttle, e.g. a status look-up; `key_hash` hides what was tried."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key", "kind", "key_hash", "at"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(Code(32))
    key_hash: Mapped[str] = mapped_column(Code(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class UsedForm(Base):
    """A form's once-token that was handed in: the same form cannot act twice."""

    __tablename__ = "used_form"

    token: Mapped[str] = mapped_column(Code(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RateBucket(Base):
    """What a caller has left of its rate at an instant, where several processes share it: `remaining` calls at once."""

    __tablename__ = "rate_bucket"

    key: Mapped[str] = mapped_column(Code(100), primary_key=True)
    remaining: Mapped[float] = mapped_column(Double)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SavedView(Base):
    """A list as somebody wants it again: its filters, order and columns as a query string; shared ones everybody sees."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_page", "page", "shared", "officer_id"),)

    id: Mapped[PrimaryKey]
    officer_id: Mapped[int] = mapped_column(BigId, ForeignKey("officer.id"))
    page: Mapped[str] = mapped_column(Code(60))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
