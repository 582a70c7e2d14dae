"""Reading the code tables. They are small and change only by seeding: whole vocabularies are read at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.kit.i18n import Bilingual, current_locale
from app.kit.permissions import within_region
from app.reference.calendar import WorkCalendar, unpublished_year
from app.reference.models import CalendarOverride, Industry, Park, Region, TechnicalField, Term
from app.reference.published import kept

COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Choice:
    """One thing to choose from: its code, how it reads in the current language, what the code knows about it."""

    code: str
    label: str
    data: Mapping[str, Any]


@kept
def work_calendar(session: Session) -> WorkCalendar:
    """The working-day calendar with the bureau's overrides."""
    rows = session.execute(select(CalendarOverride.day, CalendarOverride.is_working))
    return WorkCalendar({row.day: row.is_working for row in rows})


def list_overrides(session: Session, year: int) -> list[CalendarOverride]:
    """The days of a year that the bureau has declared working or free, in order."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    statement = select(CalendarOverride).where(CalendarOverride.day.between(first, last))
    return list(session.scalars(statement.order_by(CalendarOverride.day)))


def missing_year(session: Session, on: date) -> int | None:
    """The year whose days off should be known by the day `on`, and neither the calendar nor the bureau has them."""
    year = unpublished_year(on)
    if year is None or not list_overrides(session, year):
        return year
    return unpublished_year(on, {year})


def list_terms(session: Session, *vocabularies: str) -> dict[str, list[Choice]]:
    """The entries of each vocabulary in their order."""
    known = _all_terms(session)
    return {
        name: [Choice(term.code, label_of(term), term.data) for term in known.get(name, ())] for name in vocabularies
    }


def term_names(session: Session, vocabulary: str) -> dict[str, Bilingual]:
    """What each code of a vocabulary is called."""
    return {term.code: Bilingual(zh=term.name_zh, en=term.name_en) for term in _all_terms(session).get(vocabulary, ())}


@kept
def _all_terms(session: Session) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for term in session.scalars(select(Term).order_by(Term.vocabulary, Term.position)):
        found.setdefault(term.vocabulary, []).append(term)
    return found


def label_of(row: Term | Park | TechnicalField) -> str:
    """The name of a bilingual row in the current language."""
    return row.name_zh if current_locale() == "zh" else row.name_en


@kept
def list_fields(session: Session) -> list[TechnicalField]:
    """The national high-tech fields, each level-1 field before its own level 2."""
    rows = session.scalars(select(TechnicalField).where(TechnicalField.disabled_on.is_(None)))
    return sorted(rows, key=lambda row: (row.code[0], len(row.code), row.code))


@kept
def field_names(session: Session) -> dict[str, str]:
    """Every technical field by its code, as `新材料 · 精细和专用化学品`."""
    names = {row.code: label_of(row) for row in list_fields(session)}
    return {
        code: name if len(code) <= 2 else f"{names.get(f'{code[:1]}0', '')} · {name}" for code, name in names.items()
    }


def code_names(session: Session, region_code: str = "") -> dict[str, str]:
    """What the codes that policies know mean: national fields, industry sections, a place and its county."""
    places = _region_names(session)
    here = {code: places[code] for code in (region_code, region_code[:COUNTY_DIGITS]) if code in places}
    return {field.code: label_of(field) for field in list_fields(session)} | _sections(session) | here


@kept
def _sections(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Industry.code, Industry.name).where(Industry.level == 1)).all())


@kept
def _region_names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Region.code, Region.name)).all())


@kept
def _industry_names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Industry.code, Industry.name)).all())


@kept
def list_parks(session: Session, region_prefix: str = "") -> list[Park]:
    """The parks that lie in the region, by code."""
    return list(session.scalars(select(Park).where(within_region(Park.region_code, region_prefix)).order_by(Park.code)))


@kept
def list_regions_within(session: Session, prefix: str, limit: int = 60) -> list[Region]:
    """The region `prefix` itself and what lies below it, by code, `limit` at most."""
    return list(
        session.scalars(select(Region).where(within_region(Region.code, prefix)).order_by(Region.code).limit(limit))
    )


def search_industries(session: Session, text: str, limit: int = 20) -> list[Industry]:
    """Classes whose code begins with, or whose name contains, `text`; the broader ones first."""
    text = text.strip()[:40]
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    statement = (
        select(Industry)
        .where(
            or_(
                func.upper(Industry.code).like(f"{escaped.upper()}%", escape="\\"),
                Industry.name.like(f"%{escaped}%", escape="\\"),
            )
        )
        .order_by(Industry.level, Industry.code)
        .limit(limit)
    )
    return list(session.scalars(statement))


def find_industry(session: Session, code: str) -> Industry | None:
    """The class with this code, or None."""
    return session.get(Industry, code) if code else None


def list_industry_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The names of these classes; a code that is not on file has none."""
    names = _industry_names(session)
    return {code: names[code] for code in codes if code in names}


def search_regions(session: Session, text: str, prefix: str = "", limit: int = 20) -> list[Region]:
    """Divisions within `prefix` whose code begins with, or whose name contains, `text`; the broader ones first."""
    text = text.strip()[:40]
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    fitting = or_(Region.code.like(f"{escaped}%", escape="\\"), Region.name.like(f"%{escaped}%", escape="\\"))
    statement = select(Region).where(within_region(Region.code, prefix), fitting).order_by(Region.level, Region.code)
    return list(session.scalars(statement.limit(limit)))


def find_region(session: Session, code: str) -> Region | None:
    """The division with this code, or None."""
    return session.get(Region, code) if code else None


def list_region_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """How each code reads as a place, from county down (`潜江市泽口街道`, else the division's own name)."""
    wanted = {code for code in codes if code}
    names = _region_names(session) if wanted else {}
    return {code: _place(code, names) for code in wanted}


def list_regions(session: Session) -> list[tuple[str, str]]:
    """Code and name of every region, by code."""
    return sorted(_region_names(session).items())


def _place(code: str, names: Mapping[str, str]) -> str:
    if len(code) == 9:
        return names.get(code[:6], "") + names.get(code, code)
    if len(code) == 6 and not code.startswith(("4290", "4690", "6590")):
        city = names.get(code[:4], "")
        return ("" if city in {"市辖区", "县"} else city) + names.get(code, code)
    return names.get(code, code)
