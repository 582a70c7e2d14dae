"""A row of a list of firms, cell by cell, against the code tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.capital import parse_capital
from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.places import RegionIndex
from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow, day_reason, read_day, read_uscc, read_yes_no
from app.kit.fields import Field, FieldKind, Heading, is_web_address
from app.kit.i18n import N_
from app.reference.models import Industry, Park, TechnicalField, Term
from app.reference.published import kept
from app.reference.queries import list_regions

MAX_NAME = ENTERPRISE["name"].length
_CAPITAL_LENGTH = ENTERPRISE["capital_fen"].headings[0].longest
_NAMES = re.compile(r"[;；、,，|\n]+")
_COUNTY_DIGITS = 6
#: The fields that one cell fills by itself, each with what the import calls it; name, code, capital and region are read for themselves.
_PLAIN = tuple(
    (field, field.headings[0].code or field.name)
    for field in ENTERPRISE
    if field.headings
    and field.stored
    and not field.bundle
    and field.kind not in (FieldKind.NAME, FieldKind.KEY)
    and field.vocabulary != "region"
)


#: Columns whose day says which state a firm is in since.
STATE_OF_DAY = {
    "struck_off_on": ("struck_off", N_("注销")),
    "licence_revoked_on": ("revoked", N_("吊销")),
    "moved_away_on": ("moved_away", N_("迁出")),
}
#: The codes that folded words could mean, the broadest first.
Codes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class FirmTables:
    """The code tables in memory, for reading many rows; `prefix` is the officer's region.

    `codes` has what each vocabulary's words stand for.
    """

    regions: RegionIndex
    region_names: Mapping[str, str]
    codes: Mapping[str, Codes]
    prefix: str
    today: date


def load_tables(session: Session, *, prefix: str, today: date) -> FirmTables:
    """The code tables, for an officer of the region `prefix`."""
    regions, region_names, codes = _published_tables(session)
    return FirmTables(regions=regions, region_names=region_names, codes=codes, prefix=prefix, today=today)


@kept
def _published_tables(session: Session) -> tuple[RegionIndex, Mapping[str, str], Mapping[str, Codes]]:
    """What is alike for everybody, read once: three thousand divisions by each of their names take a tenth of a second."""
    industries = session.execute(
        select(Industry.code, Industry.name).order_by(Industry.level.desc(), Industry.code.desc())
    )
    fields = session.execute(select(TechnicalField.code, TechnicalField.name_zh, TechnicalField.name_en))
    regions = list_regions(session)
    parks = session.execute(select(Park.code, Park.name_zh, Park.name_en))
    own = {
        "industry": _industry_keys(industries),
        "field": _field_keys(fields.all()),
        "park": _keys((code, (code, zh, en)) for code, zh, en in parks),
    }
    return RegionIndex(regions), dict(regions), _term_keys(session) | own


def parse_firm(source: SourceRow, tables: FirmTables) -> Parsed:
    """Everything that the row says about a firm; a cell that cannot be read is left empty and kept as text."""
    parsed = Parsed(source)
    if source.problem:
        parsed.refusals.append(source.problem)
        parsed.name = normalise_name(source.texts["name"])[:MAX_NAME]
        return parsed
    read_uscc(parsed)
    _read_name(parsed)
    texts = source.texts
    for field, code in _plain_among(tuple(texts)):
        if text := texts[code]:
            _read_cell(parsed, field, text, tables)
    _read_state_days(parsed, tables)
    _read_capital(parsed)
    _read_region(parsed, tables)
    return parsed


@lru_cache(maxsize=64)
def _plain_among(codes: tuple[str, ...]) -> tuple[tuple[Field, str], ...]:
    """Which of the plain fields a sheet of these columns fills."""
    return tuple(each for each in _PLAIN if each[1] in codes)


def _read_name(parsed: Parsed) -> None:
    parsed.name = normalise_name(parsed.source.texts["name"])
    if not parsed.name:
        parsed.refusals.append(RowReason("name.missing"))
    elif len(parsed.name) > MAX_NAME:
        parsed.refusals.append(RowReason("name.too_long", {"limit": MAX_NAME}))
        parsed.name = parsed.name[:MAX_NAME]
    parsed.values["name"] = parsed.name
    former = (normalise_name(name) for name in _NAMES.split(parsed.source.texts.get("former_names", "")))
    parsed.former_names = tuple(dict.fromkeys(n for n in former if n and n != parsed.name and len(n) <= MAX_NAME))


def _read_cell(parsed: Parsed, field: Field, text: str, tables: FirmTables) -> None:
    """One cell, as its field's kind is read; one that cannot be read is left empty and kept as text."""
    heading = field.headings[0]
    value = _value(field, heading, text, parsed, tables)
    if value is None:
        code = heading.code or field.name
        parsed.leave_empty(code, text, reason=day_reason(text) if field.kind is FieldKind.DAY else "unread")
    else:
        parsed.values[field.name] = value


def _value(field: Field, heading: Heading, text: str, parsed: Parsed, tables: FirmTables) -> Any:
    match field.kind:
        case FieldKind.DAY:
            return read_day(text, today=tables.today)
        case FieldKind.FLAG:
            return read_yes_no(text)
        case FieldKind.CODE:
            codes = tables.codes[field.vocabulary].get(_fold(text))
            parsed.alike |= {field.name: frozenset(codes)} if codes else {}
            return codes[0] if codes else None
        case FieldKind.WEB if not is_web_address(text):
            return None
        case _:
            return text if len(text) <= (heading.longest or field.length) else None


def _read_state_days(parsed: Parsed, tables: FirmTables) -> None:
    """A day of striking off (licence revoked, moved away) says that state too, where the row tells none."""
    texts = parsed.source.texts
    for code, (state, label) in STATE_OF_DAY.items():
        if not (text := texts.get(code)):
            continue
        day = read_day(text, today=tables.today)
        if day is None:
            parsed.leave_empty(code, text, reason=day_reason(text))
            continue
        parsed.values.setdefault("business_status_on", day)
        if not texts.get("business_status"):
            parsed.values["business_status"] = state
            parsed.remarks.append(RowReason("status.by_day", {"column": code, "remark": label}))


def _read_capital(parsed: Parsed) -> None:
    text = parsed.source.texts.get("capital", "")
    if not text:
        return
    if len(text) > _CAPITAL_LENGTH:
        parsed.leave_empty("capital", text)
        return
    capital = parse_capital(text, unit=parsed.source.units.get("capital", ""))
    parsed.values |= {
        "capital_fen": capital.fen,
        "capital_currency": capital.currency,
        "capital_text": capital.text,
        "capital_remark": capital.remark,
    }
    if capital.remark:
        parsed.remarks.append(RowReason("capital", {"text": text[:60], "remark": capital.remark}))


def _read_region(parsed: Parsed, tables: FirmTables) -> None:
    """The division from the address; an officer's list holds only firms of the officer's own region."""
    texts = parsed.source.texts
    within = tables.prefix[:_COUNTY_DIGITS]
    stated = texts.get("province", "") + texts.get("city", "") + texts.get("county", "") + texts.get("region", "")
    found = tables.regions.find(stated + texts.get("address", ""), within=within)
    if township := texts.get("township", ""):
        found = tables.regions.find_township(township, within=found or within) or found
    if found.startswith(tables.prefix):
        parsed.values["region_code"] = found
    elif tables.prefix.startswith(found):
        parsed.values["region_code"] = tables.prefix
        parsed.remarks.append(RowReason("region.assumed"))
    else:
        name = tables.region_names.get(found[:_COUNTY_DIGITS], found)
        parsed.values["region_code"] = found
        parsed.refusals.append(RowReason("region.outside", {"region": f"{name} {found}"}))


def _term_keys(session: Session) -> dict[str, Codes]:
    """The words of the plain vocabularies that a list may fill, each with and without what people add to them."""
    wanted = {field.vocabulary for field, _code in _PLAIN if field.vocabulary}
    columns = (Term.vocabulary, Term.code, Term.name_zh, Term.name_en, Term.data)
    rows: Sequence[Any] = session.execute(select(*columns).where(Term.vocabulary.in_(wanted))).all()
    return {
        vocabulary: _keys(
            (code, (code, zh, f"{zh}企业", zh.removesuffix("型"), en, *data.get("also", ())))
            for of, code, zh, en, data in rows
            if of == vocabulary
        )
        for vocabulary in wanted
    }


def _industry_keys(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Codes with and without their section letter, and names; of a name borne on several levels the broadest comes first."""
    keys: dict[str, tuple[str, ...]] = {}
    for code, name in rows:
        keys[_fold(name)] = (code, *keys.get(_fold(name), ()))
        keys[_fold(code)] = (code,)
        if code[:1].isalpha() and len(code) > 1:
            keys.setdefault(_fold(code[1:]), (code,))
    return keys


def _field_keys(rows: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Technical fields by code, by name, and as our lists write them: `新材料 · 精细和专用化学品`."""
    names = {code: (zh, en) for code, zh, en in rows}
    keys = _keys((code, (code, *both)) for code, both in names.items())
    for code, both in names.items():
        top = names.get(f"{code[:1]}0")
        if top:
            keys |= _keys([(code, tuple(f"{above} · {name}" for above, name in zip(top, both, strict=True)))])
    return keys


def _keys(rows: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    return {_fold(name): (code,) for code, names in rows for name in names if name}


def _fold(text: str) -> str:
    return re.sub(r"\s", "", text).lower()
