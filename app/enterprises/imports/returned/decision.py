"""A firm's row that comes back from an export, against what stands now and what stood then. Pure.

What stood then decides, not who wrote a field first: only cells that a person edited in the file say anything. Where what stood then
stands still, the edit is written; where somebody changed it meanwhile, or the cell was emptied, a person decides.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.enterprises.fields import ENTERPRISE
from app.enterprises.imports.firm.decision import CAPITAL, FIELDS, FILLS, FirmComparison
from app.enterprises.imports.row_reader import Parsed, ReturnedRecord

_AMOUNT = "capital_fen"
_NOTHING = (None, "")
_REGION_CODES = ("province", "city", "county", "township", "region")


def weigh(found: FirmComparison, parsed: Parsed, existing: Mapping[str, Any]) -> FirmComparison:
    """Of what the row would write: what the person edited, parted into what is written and what is to be decided."""
    returned = parsed.returned
    if returned is None or returned.before is None:
        return found
    kept = FirmComparison(former_names=found.former_names if "former_names" in returned.edited else ())
    edited = set(_edited(parsed, returned, returned.before))
    for name, (ours, theirs) in _told(found, existing).items():
        if name not in edited:
            continue
        if not _stands(name, returned.before, existing):
            kept.differences[name] = (ours, theirs)
        else:
            kept.values |= theirs if name == _AMOUNT else {name: theirs}
    for name in _emptied(returned):
        ours, blank = _of(name, existing), _of(name, _BLANK)
        if ours != blank:
            kept.differences[name] = (ours, blank)
    if "unread_cells" in found.values:
        kept.values["unread_cells"] = found.values["unread_cells"]
    return kept


def edits_region(parsed: Parsed) -> bool:
    """Whether the row says where the firm lies; one that comes back does where the person edited that."""
    returned = parsed.returned
    return returned is None or returned.before is None or not returned.edited.isdisjoint(_REGION_CODES)


_BLANK: Mapping[str, Any] = {name: ENTERPRISE[name].unknown for name in (*FIELDS, *CAPITAL)}


def _of(name: str, values: Mapping[str, Any]) -> Any:
    """A field as a difference tells it: a capital with its four parts."""
    return {each: values[each] for each in CAPITAL} if name == _AMOUNT else values[name]


def _told(found: FirmComparison, existing: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Everything that the row would write, by field as (ours, theirs)."""
    values = {name: value for name, value in found.values.items() if name in FIELDS}
    told = {name: (existing[name], value) for name, value in values.items()} | found.differences
    if capital := {name: found.values[name] for name in CAPITAL if name in found.values}:
        told[_AMOUNT] = (_of(_AMOUNT, existing), capital)
    return told


def _edited(parsed: Parsed, returned: ReturnedRecord, before: Parsed) -> Iterator[str]:
    """The fields whose cells say something else than they did; the same in other words is no edit."""
    for code in returned.edited:
        name = FILLS.get(code, code)
        if _spoken(name, parsed) != _spoken(name, before) or _spoken(name, parsed) in _NOTHING:
            yield name


def _spoken(name: str, parsed: Parsed) -> Any:
    """What the cells say of a field; of a capital its amount and currency, else its words."""
    if name != _AMOUNT:
        return parsed.values.get(name)
    if parsed.values.get(_AMOUNT) is None:
        return parsed.values.get("capital_text")
    return parsed.values[_AMOUNT], parsed.values["capital_currency"]


def _emptied(returned: ReturnedRecord) -> Iterator[str]:
    """The fields whose cells were emptied; a firm without a place would be nobody's, so that is not offered."""
    for code in returned.emptied:
        name = FILLS.get(code, code)
        if name in _BLANK and name not in ("name", "region_code"):
            yield name


def _stands(name: str, before: Parsed, existing: Mapping[str, Any]) -> bool:
    """Whether what stood in the export stands still."""
    ours = existing[name]
    if name == _AMOUNT:
        then = before.values.get(_AMOUNT)
        if then is None:
            return ours is None and bool((before.values.get("capital_text") or "") == existing["capital_text"])
        return bool(then == ours and before.values["capital_currency"] == (existing["capital_currency"] or "CNY"))
    if name == "region_code" and not any(before.source.texts.get(code) for code in _REGION_CODES):
        return bool(ours == "")
    then = before.values.get(name)
    unread = {FILLS.get(code, code): text for code, text in before.unread.items()}
    same = then == ours or ours in before.alike.get(name, ()) or unread.get(name) == ours
    return bool(same or (then in _NOTHING and ours in _NOTHING and name not in unread))
