"""Tables of the targets slice."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kit.db import Base, Code, Json, PrimaryKey, UtcDateTime
from app.reference.published import Published


class Plan(Published, Base):
    """One year's plan of one place as it was published from seeds/plans: 0 is the plan, 1, 2 … are corrections of it."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("jurisdiction", "year", "revision"), UniqueConstraint("code", "revision"))

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(Code(60))
    revision: Mapped[int] = mapped_column(default=0)
    jurisdiction: Mapped[str] = mapped_column(Code(12))
    year: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(Json)
    issuer: Mapped[dict[str, str]] = mapped_column(Json)
    document_number: Mapped[str] = mapped_column(String(80))
    index_number: Mapped[str] = mapped_column(String(80), default="")
    issued_on: Mapped[date] = mapped_column(Date)
    content_hash: Mapped[str] = mapped_column(Code(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    items: Mapped[list["PlanItem"]] = relationship(back_populates="plan", order_by="PlanItem.position")


class PlanItem(Published, Base):
    """One indicator or task of a plan; target_tenthousandths is the target times 10,000, empty where no number stands."""

    __tablename__ = "plan_item"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(Code(10))
    clause: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]] = mapped_column(Json)
    wording: Mapped[str] = mapped_column(Text)
    operator: Mapped[str] = mapped_column(Code(10), default="")
    target_tenthousandths: Mapped[int | None]
    unit: Mapped[dict[str, str]] = mapped_column(Json)
    headline: Mapped[int | None]
    counts: Mapped[dict[str, str] | None] = mapped_column(Json)
    remark: Mapped[dict[str, str] | None] = mapped_column(Json)

    plan: Mapped[Plan] = relationship(back_populates="items")


class IndicatorValue(Base):
    """What an indicator of a plan counted when it was last calculated, for those who follow from outside; kept up after the journal."""

    __tablename__ = "indicator_value"

    id: Mapped[PrimaryKey]
    plan_item_id: Mapped[int] = mapped_column(ForeignKey("plan_item.id"), unique=True)
    key: Mapped[str] = mapped_column(Code(80), unique=True)
    value: Mapped[int | None]
    counted_on: Mapped[date] = mapped_column(Date)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
