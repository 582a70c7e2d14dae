"""A row of a list of firms against what stands in the register. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.enterprises import fields
from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.row_reader import Parsed
from app.kit.written.amounts import YUAN

CAPITAL = ENTERPRISE.names(lambda field: field.bundle == fields.CAPITAL)
#: What a row is compared by, each field for itself: not the code, by which the firm was found, and not the capital.
FIELDS = ENTERPRISE.names(lambda field: bool(field.headings) and field.stored and not field.bundle and not field.is_key)
#: Which field of the register an imported cell fills, where the two are called differently.
FILLS = {heading.code: field.name for field in ENTERPRISE for heading in field.headings if heading.code}


@dataclass
class FirmComparison:
    """What the row would write, and where it differs from what a person set here: field → (ours, theirs)."""

    values: dict[str, Any] = field(default_factory=dict)
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()


def compare(
    parsed: Parsed, existing: Mapping[str, Any], edited: Collection[str], former: Collection[str]
) -> FirmComparison:
    """Compare the row with the firm's `existing` fields; `edited` were set by hand here and are never overwritten.

    An empty cell takes nothing away, and what only says the same in other words changes nothing.
    """
    found = FirmComparison()
    values, alike = parsed.values, parsed.alike
    for name in FIELDS:
        if (theirs := values.get(name)) is None or theirs == "":
            continue
        ours = existing[name]
        if theirs == ours or ours in alike.get(name, ()):
            continue
        if name == "region_code" and _tells_no_region(parsed, theirs, existing):
            continue
        _sort(found, name, ours, theirs, edited)
    _compare_capital(found, parsed, existing, edited)
    if parsed.unread or existing["unread_cells"]:
        unread = _unread(parsed, existing)
        if unread != existing["unread_cells"]:
            found.values["unread_cells"] = unread
    if parsed.former_names:
        found.former_names = tuple(n for n in parsed.former_names if n not in former and n != existing["name"])
    return found


def _tells_no_region(parsed: Parsed, theirs: str, existing: Mapping[str, Any]) -> bool:
    """A broader region does not replace a narrower one inside it, nor does the address on file the region on file."""
    ours, texts = existing["region_code"], parsed.source.texts
    stated = any(texts.get(code) for code in ("province", "city", "county", "township", "region"))
    same_address = not stated and parsed.values.get("address", "") == existing["address"]
    return bool(ours.startswith(theirs) or (ours and same_address))


def _sort(found: FirmComparison, name: str, ours: Any, theirs: Any, edited: Collection[str]) -> None:
    if name in edited:
        found.differences[name] = (ours, theirs)
    else:
        found.values[name] = theirs


def _compare_capital(
    found: FirmComparison, parsed: Parsed, existing: Mapping[str, Any], edited: Collection[str]
) -> None:
    """Amount, currency and wording stand and fall together; a wording without an amount never replaces an amount, and
    the same amount in other words is no change.
    """
    theirs = {name: parsed.values[name] for name in CAPITAL if name in parsed.values}
    ours = {name: existing[name] for name in CAPITAL}
    if not theirs or _says_nothing_new(theirs, ours):
        return
    if "capital_fen" not in edited and "capital_currency" not in edited:
        found.values |= theirs
    elif (theirs["capital_fen"], theirs["capital_currency"]) != (ours["capital_fen"], ours["capital_currency"]):
        found.differences["capital_fen"] = (ours, theirs)


def _says_nothing_new(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    if theirs["capital_fen"] is None:
        return ours["capital_fen"] is not None or theirs["capital_text"] == ours["capital_text"]
    same_currency = theirs["capital_currency"] == (ours["capital_currency"] or YUAN)
    return bool(same_currency and theirs["capital_fen"] == ours["capital_fen"])


def _unread(parsed: Parsed, existing: Mapping[str, Any]) -> dict[str, str]:
    """Texts of cells that could not be read: dropped once the field is known, added while it is not."""
    known: dict[str, str] = existing["unread_cells"]
    kept = {code: text for code, text in known.items() if parsed.values.get(FILLS.get(code, code)) in (None, "")}
    added = {code: text for code, text in parsed.unread.items() if existing.get(FILLS.get(code, code)) in (None, "")}
    return kept | added
