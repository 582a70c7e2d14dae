"""Tables of the incentives slice."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.enterprises.models import Enterprise
from app.incentives.domain.steps import IDS
from app.kit.db import Base, Code, Json, PrimaryKey, UtcDateTime
from app.reference.published import Published


class IncentiveSchemeVersion(Published, Base):
    """One version of a scheme, never changed once written.

    Rows of origin `seed` come from seeds/incentives; rows of origin `bureau` are what the bureau set itself, and on
    the days they share a bureau row goes before a seed row.
    """

    __tablename__ = "incentive_scheme_version"
    __table_args__ = (
        UniqueConstraint("code", "effective_from", "origin", "revision"),
        Index("ix_incentive_scheme_version_jurisdiction", "jurisdiction", "code"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(Code(60))
    jurisdiction: Mapped[str] = mapped_column(Code(12))
    origin: Mapped[str] = mapped_column(Code(10))
    revision: Mapped[int] = mapped_column(default=0)
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Code(12))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    content: Mapped[dict[str, object]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(Code(64))
    document: Mapped[str] = mapped_column(String(200), default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(80))


class Incentive(Base):
    """One firm's entitlement under one scheme from one triggering fact, once somebody has acted on it."""

    __tablename__ = "incentive"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "scheme_code", "trigger_key"),
        Index("ix_incentive_scheme_state", "scheme_code", "state", "id"),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    scheme_code: Mapped[str] = mapped_column(Code(60))
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("incentive_scheme_version.id"))
    trigger_key: Mapped[str] = mapped_column(Code(60))
    trigger_label: Mapped[str] = mapped_column(String(120))
    triggered_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Code(20))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise] = relationship()
    scheme_version: Mapped[IncentiveSchemeVersion] = relationship()
    steps: Mapped[list["IncentiveStep"]] = relationship(back_populates="incentive", order_by="IncentiveStep.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def public_id(self) -> str:
        """The identifier that pages, the API and the journal use."""
        return IDS.of(self.id)


class IncentiveStep(Base):
    """One step taken: recommended, awarded or paid; an undone step stays on file with the reason."""

    __tablename__ = "incentive_step"

    id: Mapped[PrimaryKey]
    incentive_id: Mapped[int] = mapped_column(ForeignKey("incentive.id"), index=True)
    step: Mapped[str] = mapped_column(Code(20))
    happened_on: Mapped[date] = mapped_column(Date)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(80))
    undo_reason: Mapped[str | None] = mapped_column(Text)
    computation: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """How the scheme's amount was reckoned when the step was taken: version, formula, facts with sources, each line."""

    incentive: Mapped[Incentive] = relationship(back_populates="steps")


class PastAward(Base):
    """What a list of the past says was given to a firm, from before incentives were kept here.

    `scheme_name` is the list's own words; `scheme_code` the scheme of today that they mean, where they mean one. `state` is `paid`
    or `unpaid`; a payment whose day the list does not tell has none. Nothing is calculated from it, and no step follows.
    """

    __tablename__ = "past_award"
    __table_args__ = (Index("ix_past_award_enterprise", "enterprise_id", "year", "id"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    year: Mapped[int]
    scheme_name: Mapped[str] = mapped_column(String(120))
    scheme_code: Mapped[str | None] = mapped_column(Code(60))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Code(12))
    paid_on: Mapped[date | None] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    enterprise: Mapped[Enterprise] = relationship()


class IncentiveBudget(Base):
    """What is set aside for one scheme, or for all schemes of one purpose, in a year. The newest row counts."""

    __tablename__ = "incentive_budget"
    __table_args__ = (Index("ix_incentive_budget_code", "code", "year", "id"),)

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(Code(60))
    whole_group: Mapped[bool] = mapped_column(default=False)
    jurisdiction: Mapped[str] = mapped_column(Code(12))
    year: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))


class ClawbackReview(Base):
    """What was decided about one ground for taking an incentive back; it ends the warning and stays on file."""

    __tablename__ = "clawback_review"

    id: Mapped[PrimaryKey]
    incentive_id: Mapped[int] = mapped_column(ForeignKey("incentive.id"), index=True)
    kind: Mapped[str] = mapped_column(Code(20))
    outcome: Mapped[str] = mapped_column(Code(12))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    happened_on: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))
