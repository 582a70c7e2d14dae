"""Code tables: natural string keys, a parent chain, and the edition each row was taken from."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code, Json
from app.reference.published import Published


class Industry(Published, Base):
    """One class of GB/T 4754: section (level 1, a letter) down to the four-digit class (level 4)."""

    __tablename__ = "industry"

    code: Mapped[str] = mapped_column(Code(8), primary_key=True)
    level: Mapped[int]
    parent_code: Mapped[str] = mapped_column(Code(8), default="", index=True)
    section: Mapped[str] = mapped_column(Code(1))
    name: Mapped[str] = mapped_column(String(120))
    edition: Mapped[str] = mapped_column(String(40))
    disabled_on: Mapped[date | None]


class Region(Published, Base):
    """One administrative division: province (2 digits), city (4), county (6), township (9)."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(Code(12), primary_key=True)
    level: Mapped[int]
    parent_code: Mapped[str] = mapped_column(Code(12), default="", index=True)
    name: Mapped[str] = mapped_column(String(80))
    edition: Mapped[str] = mapped_column(String(40))
    disabled_on: Mapped[date | None]


class TechnicalField(Published, Base):
    """One of the national high-tech fields, levels 1 and 2; level 3 stays free text on the enterprise.

    `system_value` is the number the national filing system uses for a level-1 field, which is not the catalogue's own.
    """

    __tablename__ = "technical_field"

    code: Mapped[str] = mapped_column(Code(8), primary_key=True)
    level: Mapped[int]
    parent_code: Mapped[str] = mapped_column(Code(8), default="", index=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(160))
    system_value: Mapped[str] = mapped_column(Code(4), default="")
    edition: Mapped[str] = mapped_column(String(40))
    disabled_on: Mapped[date | None]


class Park(Published, Base):
    """An industrial park: not an administrative division, hence a dimension of its own beside the region."""

    __tablename__ = "park"

    code: Mapped[str] = mapped_column(Code(40), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(160))
    region_code: Mapped[str] = mapped_column(Code(12), index=True)
    verified: Mapped[bool]
    edition: Mapped[str] = mapped_column(String(40))
    disabled_on: Mapped[date | None]


class Term(Published, Base):
    """One entry of a small vocabulary (property kinds, scales, tags, …), in the order people expect to see it."""

    __tablename__ = "term"

    vocabulary: Mapped[str] = mapped_column(Code(40), primary_key=True)
    code: Mapped[str] = mapped_column(Code(40), primary_key=True)
    position: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, object]] = mapped_column(Json, default=dict)
    disabled_on: Mapped[date | None]


class CalendarOverride(Published, Base):
    """A day that the bureau declares working or free, over the published statutory calendar."""

    __tablename__ = "calendar_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")
