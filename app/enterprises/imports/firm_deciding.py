"""A row of a list of firms against what stands in the register. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.enterprises.imports.reading import Parsed

CAPITAL = ("capital_fen", "capital_currency", "capital_text", "capital_remark")
FIELDS = (
    "name",
    "registered_on",
    "kind",
    "legal_representative",
    "business_scope",
    "region_code",
    "address",
    "industry_code",
    "field_code",
    "scale",
    "above_scale",
)
#: Which field of the register an imported cell fills, where the two are called differently.
FILLS = {"capital": "capital_fen", "industry": "industry_code", "field": "field_code"}


@dataclass
class Comparison:
    """What the row would write, and where it differs from what a person set here: field → (ours, theirs)."""

    values: dict[str, Any] = field(default_factory=dict)
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()


def compare(
    parsed: Parsed, standing: Mapping[str, Any], edited: Collection[str], former: Collection[str]
) -> Comparison:
    """Compare the row with the firm's `standing` fields; `edited` were set by hand here and are never overwritten.

    An empty cell takes nothing away, and a broader region does not replace a narrower one inside it.
    """
    found = Comparison()
    for name in FIELDS:
        theirs, ours = parsed.values.get(name), standing[name]
        if theirs in (None, "") or theirs == ours or (name == "region_code" and ours.startswith(theirs)):
            continue
        _sort(found, name, ours, theirs, edited)
    _compare_capital(found, parsed, standing, edited)
    unread = _unread(parsed, standing)
    if unread != standing["unread_cells"]:
        found.values["unread_cells"] = unread
    found.former_names = tuple(n for n in parsed.former_names if n not in former and n != standing["name"])
    return found


def _sort(found: Comparison, name: str, ours: Any, theirs: Any, edited: Collection[str]) -> None:
    if name in edited:
        found.differences[name] = (ours, theirs)
    else:
        found.values[name] = theirs


def _compare_capital(found: Comparison, parsed: Parsed, standing: Mapping[str, Any], edited: Collection[str]) -> None:
    """Amount, currency and wording stand and fall together; a wording without an amount never replaces an amount."""
    theirs = {name: parsed.values[name] for name in CAPITAL if name in parsed.values}
    ours = {name: standing[name] for name in CAPITAL}
    if not theirs or theirs == ours:
        return
    if theirs["capital_fen"] is None and ours["capital_fen"] is not None:
        return
    if "capital_fen" not in edited and "capital_currency" not in edited:
        found.values |= theirs
    elif (theirs["capital_fen"], theirs["capital_currency"]) != (ours["capital_fen"], ours["capital_currency"]):
        found.differences["capital_fen"] = (ours, theirs)


def _unread(parsed: Parsed, standing: Mapping[str, Any]) -> dict[str, str]:
    """Texts of cells that could not be read: dropped once the field is known, added while it is not."""
    known: dict[str, str] = standing["unread_cells"]
    kept = {code: text for code, text in known.items() if parsed.values.get(FILLS.get(code, code)) in (None, "")}
    added = {code: text for code, text in parsed.unread.items() if standing.get(FILLS.get(code, code)) in (None, "")}
    return kept | added
