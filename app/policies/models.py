"""Tables of the policies: published versions, the facts catalogue, what people stated and the bureau set, the verdicts
kept and what was decided instead of them, and the sweeps.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.actor import Actor
from app.kit.db import Base, Code, Json, PrimaryKey, UtcDateTime
from app.reference.published import Published


class ByActor:
    """Who did it."""

    actor_kind: Mapped[str] = mapped_column(Code(12))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(120))


def by_actor(actor: Actor) -> dict[str, Any]:
    """The columns of `ByActor`."""
    return {"actor_kind": str(actor.kind), "actor_id": actor.id, "actor_name": actor.name}


class PolicyVersion(Published, Base):
    """One published version of one policy in one jurisdiction; `text` is the file to the letter and never changes."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("code", "jurisdiction", "version"),)

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(Code(48))
    jurisdiction: Mapped[str] = mapped_column(Code(12))
    version: Mapped[str] = mapped_column(Code(16))
    supersedes: Mapped[str | None] = mapped_column(Code(16))
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Code(64))
    origin: Mapped[str] = mapped_column(Code(10))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CataloguedFact(Published, Base):
    """One catalogued fact; its words may be bettered, its unit and its shape never change."""

    __tablename__ = "fact_definition"

    code: Mapped[str] = mapped_column(Code(48), primary_key=True)
    ordinal: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class FactStatement(ByActor, Base):
    """What somebody stated about an enterprise on a legal day; the newest one that speaks of a day counts for it.

    `value` is in the shape of an evaluation's body; `year` only for facts stated by year; `withdrawn_at` ends it.
    """

    __tablename__ = "fact_statement"
    __table_args__ = (
        Index("ix_fact_statement_subject", "enterprise_id", "fact_code", "year", "stated_on", "id"),
        Index("ix_fact_statement_told", "actor_kind", "created_at", "enterprise_id"),
    )

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    fact_code: Mapped[str] = mapped_column(Code(48))
    year: Mapped[int | None]
    value: Mapped[Any] = mapped_column(Json)
    stated_on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StoredVerdict(ByActor, Base):
    """A verdict as it was given: its inputs with their sources, the version applied, the result and their hash.

    `case_id` is the case it was given for (cases lie above the policies, hence no foreign key).
    """

    __tablename__ = "stored_verdict"
    __table_args__ = (Index("ix_stored_verdict_subject", "enterprise_id", "policy_code", "on_day", "id"),)

    id: Mapped[PrimaryKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    policy_code: Mapped[str] = mapped_column(Code(48))
    on_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Code(40))
    outcome: Mapped[str] = mapped_column(Code(8))
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(Code(64))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicySetting(Published, ByActor, Base):
    """A parameter that the bureau sets itself: its value as a policy file would write it ("15 %"), from a day on.

    The newest one not withdrawn that applies on the application day counts.
    """

    __tablename__ = "policy_setting"
    __table_args__ = (Index("ix_policy_setting_name", "policy_code", "jurisdiction", "name", "effective_from", "id"),)

    id: Mapped[PrimaryKey]
    policy_code: Mapped[str] = mapped_column(Code(48))
    jurisdiction: Mapped[str] = mapped_column(Code(12))
    name: Mapped[str] = mapped_column(Code(48))
    value: Mapped[str] = mapped_column(String(60))
    effective_from: Mapped[date] = mapped_column(Date)
    document: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VerdictOverride(ByActor, Base):
    """An officer's decision that goes before a kept verdict, with its reason. It stays on file when taken back."""

    __tablename__ = "verdict_override"

    id: Mapped[PrimaryKey]
    stored_verdict_id: Mapped[int] = mapped_column(ForeignKey("stored_verdict.id"), index=True)
    outcome: Mapped[str] = mapped_column(Code(8))
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")


class Sweep(ByActor, Base):
    """All firms of a region under all policies, as of a day; `versions` are the policy versions applied by code."""

    __tablename__ = "sweep"

    id: Mapped[PrimaryKey]
    on_day: Mapped[date] = mapped_column(Date)
    region_prefix: Mapped[str] = mapped_column(Code(12))
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    previous_id: Mapped[int | None] = mapped_column(BigInteger)
    versions: Mapped[dict[str, Any]] = mapped_column(Json)
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    total: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SweepLine(Base):
    """One firm under one policy in one sweep. `open_clauses` are the clauses not met, each with its gap in words and as
    a machine value; `missing` the codes of the facts waited for; `before` the outcome in the previous sweep.
    """

    __tablename__ = "sweep_line"
    __table_args__ = (
        UniqueConstraint("sweep_id", "policy_code", "enterprise_id"),
        Index("ix_sweep_line_standing", "sweep_id", "policy_code", "outcome", "unmet", "unknown", "enterprise_id"),
        Index("ix_sweep_line_firm", "enterprise_id"),
    )

    id: Mapped[PrimaryKey]
    sweep_id: Mapped[int] = mapped_column(ForeignKey("sweep.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    policy_code: Mapped[str] = mapped_column(Code(48))
    outcome: Mapped[str] = mapped_column(Code(8))
    unmet: Mapped[int]
    unknown: Mapped[int]
    score_low: Mapped[int | None]
    score_high: Mapped[int | None]
    open_clauses: Mapped[list[Any]] = mapped_column(Json)
    missing: Mapped[list[Any]] = mapped_column(Json)
    lapses_on: Mapped[date | None] = mapped_column(Date)
    before: Mapped[str | None] = mapped_column(Code(8))
