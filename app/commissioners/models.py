"""Tables of the commissioners slice."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.commissioners.domain import IDS, AgreementTerm, effective_end
from app.enterprises.models import Enterprise
from app.kit.db import NUMBERS_GIVEN_ONCE, Base, Code, Json, PrimaryKey, UtcDateTime


class CommissionerProgramme(Base):
    """One programme under which experts serve: published from seeds/commissioners."""

    __tablename__ = "commissioner_programme"

    code: Mapped[str] = mapped_column(Code(40), primary_key=True)
    position: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(Json)
    owner: Mapped[dict[str, str]] = mapped_column(Json)
    counts_as: Mapped[str | None] = mapped_column(Code(40))
    term_months: Mapped[int | None]
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[dict[str, str]] = mapped_column(Json)
    confidence: Mapped[str] = mapped_column(Code(10))


class Commissioner(Base):
    """An expert who serves or may serve enterprises; region_code is that of the office keeping the record."""

    __tablename__ = "commissioner"
    __table_args__ = (
        Index("ix_commissioner_region_name", "region_code", "name_pinyin", "id"),
        Index("ix_commissioner_initials", "name_initials"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(80))
    name_pinyin: Mapped[str] = mapped_column(Code(300))
    name_initials: Mapped[str] = mapped_column(Code(80))
    unit: Mapped[str] = mapped_column(String(120), default="")
    unit_code: Mapped[str | None] = mapped_column(Code(20))
    title: Mapped[str] = mapped_column(String(60), default="")
    degree: Mapped[str] = mapped_column(Code(20), default="")
    field_code: Mapped[str | None] = mapped_column(Code(10))
    speciality: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    region_code: Mapped[str] = mapped_column(Code(12), default="")
    disabled_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    agreements: Mapped[list["ServiceAgreement"]] = relationship(
        back_populates="commissioner", order_by="ServiceAgreement.starts_on.desc(), ServiceAgreement.id.desc()"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def public_id(self) -> str:
        """The identifier that pages, the API and the journal use."""
        return IDS.of(self.id)

    @property
    def enterprise_id(self) -> int | None:
        """None: an expert belongs to the office that keeps the record, not to a firm (see kit.permissions.Subject)."""
        return None


class ServiceAgreement(Base):
    """One agreement between an expert and an enterprise under one programme."""

    __tablename__ = "service_agreement"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="term"),
        Index("ix_service_agreement_commissioner", "commissioner_id", "starts_on"),
        Index("ix_service_agreement_enterprise", "enterprise_id", "starts_on"),
        Index("ix_service_agreement_programme_term", "programme_code", "starts_on", "ends_on"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    commissioner_id: Mapped[int] = mapped_column(ForeignKey("commissioner.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    programme_code: Mapped[str] = mapped_column(ForeignKey("commissioner_programme.code"))
    number: Mapped[str] = mapped_column(Code(60), default="")
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    aim: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[str] = mapped_column(Code(20))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    ended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str | None] = mapped_column(Code(20))
    end_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))

    commissioner: Mapped[Commissioner] = relationship(back_populates="agreements")
    enterprise: Mapped[Enterprise] = relationship()
    programme: Mapped[CommissionerProgramme] = relationship()

    @property
    def effective_end(self) -> date:
        """The last day on which the agreement has effect."""
        return effective_end(self.ends_on, self.ended_on)

    @property
    def term(self) -> AgreementTerm:
        """The days on which the agreement has effect."""
        return AgreementTerm(self.starts_on, self.effective_end)
