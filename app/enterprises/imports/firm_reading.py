"""A row of a list of firms, cell by cell, against the code tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.capital import parse_capital
from app.enterprises.domain.names import normalise_name
from app.enterprises.domain.places import RegionIndex
from app.enterprises.imports.reading import Parsed, SourceRow, read_day, read_uscc, read_yes_no
from app.enterprises.imports.reasons import Reason
from app.reference.models import Industry, Region, TechnicalField, Term

MAX_NAME = 200
LONGEST = {"kind": 120, "legal_representative": 80, "address": 400, "business_scope": 20_000}
_CAPITAL_LENGTH = 120
_NAMES = re.compile(r"[;；、,，|\n]+")
_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class FirmTables:
    """The code tables in memory, for reading many rows; `prefix` is the officer's region."""

    regions: RegionIndex
    region_names: Mapping[str, str]
    industries: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, str]
    scales: Mapping[str, str]
    prefix: str
    today: date


def load_tables(session: Session, *, prefix: str, today: date) -> FirmTables:
    """Read the code tables once."""
    regions = [(code, name) for code, name in session.execute(select(Region.code, Region.name).order_by(Region.code))]
    industries = session.execute(
        select(Industry.code, Industry.name).order_by(Industry.level.desc(), Industry.code.desc())
    )
    fields = session.execute(select(TechnicalField.code, TechnicalField.name_zh, TechnicalField.name_en))
    scales = session.execute(select(Term.code, Term.name_zh, Term.name_en).where(Term.vocabulary == "scale"))
    return FirmTables(
        regions=RegionIndex(regions),
        region_names=dict(regions),
        industries=_industry_keys(industries),
        fields=_field_keys(fields.all()),
        scales=_keys((code, (code, zh, f"{zh}企业", zh.removesuffix("型"), en)) for code, zh, en in scales),
        prefix=prefix,
        today=today,
    )


def parse_firm(source: SourceRow, tables: FirmTables) -> Parsed:
    """Everything that the row says about a firm; a cell that cannot be read is left empty and kept as text."""
    parsed = Parsed(source)
    if source.problem:
        parsed.refusals.append(source.problem)
        parsed.name = normalise_name(source.texts["name"])[:MAX_NAME]
        return parsed
    read_uscc(parsed)
    _read_name(parsed)
    _read_texts(parsed)
    _read_registration(parsed, tables)
    _read_capital(parsed)
    _read_codes(parsed, tables)
    _read_region(parsed, tables)
    return parsed


def _read_name(parsed: Parsed) -> None:
    parsed.name = normalise_name(parsed.source.texts["name"])
    if not parsed.name:
        parsed.refusals.append(Reason("name.missing"))
    elif len(parsed.name) > MAX_NAME:
        parsed.refusals.append(Reason("name.too_long", {"limit": MAX_NAME}))
        parsed.name = parsed.name[:MAX_NAME]
    parsed.values["name"] = parsed.name
    former = (normalise_name(name) for name in _NAMES.split(parsed.source.texts.get("former_names", "")))
    parsed.former_names = tuple(dict.fromkeys(n for n in former if n and n != parsed.name and len(n) <= MAX_NAME))


def _read_texts(parsed: Parsed) -> None:
    for code, longest in LONGEST.items():
        text = parsed.source.texts.get(code, "")
        if len(text) > longest:
            parsed.leave_empty(code, text)
        elif text:
            parsed.values[code] = text


def _read_registration(parsed: Parsed, tables: FirmTables) -> None:
    if text := parsed.source.texts.get("registered_on", ""):
        day = read_day(text, today=tables.today)
        if day is None:
            parsed.leave_empty("registered_on", text)
        else:
            parsed.values["registered_on"] = day
    if text := parsed.source.texts.get("above_scale", ""):
        answer = read_yes_no(text)
        if answer is None:
            parsed.leave_empty("above_scale", text)
        else:
            parsed.values["above_scale"] = answer


def _read_capital(parsed: Parsed) -> None:
    text = parsed.source.texts.get("capital", "")
    if not text:
        return
    capital = parse_capital(text, unit=parsed.source.units.get("capital", ""))
    if len(text) > _CAPITAL_LENGTH:
        parsed.leave_empty("capital", text)
        return
    parsed.values |= {
        "capital_fen": capital.fen,
        "capital_currency": capital.currency,
        "capital_text": capital.text,
        "capital_remark": capital.remark,
    }
    if capital.remark:
        parsed.remarks.append(Reason("capital", {"text": text[:60], "remark": capital.remark}))


def _read_codes(parsed: Parsed, tables: FirmTables) -> None:
    lookups = (("field", "field_code", tables.fields), ("scale", "scale", tables.scales))
    for code, column, table in lookups:
        if text := parsed.source.texts.get(code, ""):
            found = table.get(_fold(text))
            if found is None:
                parsed.leave_empty(code, text)
            else:
                parsed.values[column] = found
    if text := parsed.source.texts.get("industry", ""):
        codes = tables.industries.get(_fold(text))
        if codes is None:
            parsed.leave_empty("industry", text)
        else:
            parsed.values["industry_code"] = codes[0]
            parsed.alike["industry_code"] = frozenset(codes)


def _read_region(parsed: Parsed, tables: FirmTables) -> None:
    """The division from the address; an officer's list holds only firms of the officer's own region."""
    texts = parsed.source.texts
    stated = "".join(texts.get(code, "") for code in ("province", "city", "county"))
    found = tables.regions.find(stated + texts.get("address", ""), within=tables.prefix[:_COUNTY_DIGITS])
    if found.startswith(tables.prefix):
        parsed.values["region_code"] = found
    elif tables.prefix.startswith(found):
        parsed.values["region_code"] = tables.prefix
        parsed.remarks.append(Reason("region.assumed"))
    else:
        name = tables.region_names.get(found[:_COUNTY_DIGITS], found)
        parsed.values["region_code"] = found
        parsed.refusals.append(Reason("region.outside", {"region": f"{name} {found}"}))


def _industry_keys(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Codes with and without their section letter, and names; of a name borne on several levels the broadest comes first."""
    keys: dict[str, tuple[str, ...]] = {}
    for code, name in rows:
        keys[_fold(name)] = (code, *keys.get(_fold(name), ()))
        keys[_fold(code)] = (code,)
        if code[:1].isalpha() and len(code) > 1:
            keys.setdefault(_fold(code[1:]), (code,))
    return keys


def _field_keys(rows: Sequence[Any]) -> dict[str, str]:
    """Technical fields by code, by name, and as our lists write them: `新材料 · 精细和专用化学品`."""
    names = {code: (zh, en) for code, zh, en in rows}
    keys = _keys((code, (code, *both)) for code, both in names.items())
    for code, both in names.items():
        top = names.get(f"{code[:1]}0")
        if top:
            keys |= _keys([(code, tuple(f"{above} · {name}" for above, name in zip(top, both, strict=True)))])
    return keys


def _keys(rows: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    return {_fold(name): code for code, names in rows for name in names if name}


def _fold(text: str) -> str:
    return re.sub(r"\s", "", text).lower()
