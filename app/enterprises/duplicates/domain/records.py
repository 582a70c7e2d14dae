"""What is compared of a firm: its names in parts, its code, and the facts that tell one firm from another."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from app.enterprises.domain.uscc import normalise
from app.enterprises.duplicates.domain.codes import subject_kind
from app.enterprises.duplicates.domain.parts import LONGEST, LegalForm, NameParts, part_name, part_spelled
from app.enterprises.duplicates.domain.places import PlaceNames, fold_address
from app.enterprises.duplicates.domain.script import fold_spelling, names_in_remarks, without_remarks

_NOT_KNOWN = {"", "NA", "无", "不详", "NULL", "-", "暂无", "未知"}
_KINDS = (
    ("分公司", "branch"),
    ("分支机构", "branch"),
    ("个体", LegalForm.INDIVIDUAL),
    ("合作社", LegalForm.COOPERATIVE),
    ("个人独资", LegalForm.SOLE),
    ("合伙", LegalForm.PARTNERSHIP),
    ("股份", LegalForm.SHARES),
    ("有限责任", LegalForm.COMPANY),
)
_BY_CODE = {"92": LegalForm.INDIVIDUAL, "93": LegalForm.COOPERATIVE}
_NO_PHONES: frozenset[str] = frozenset()
_LEADING_AREA = re.compile(r"^(?:0086|86)(?=1\d{10}$|0)")


class StatedFirm(NamedTuple):
    """What the register says of a firm, as it stands there; what is not known is empty."""

    key: int
    name: str
    code: str = ""
    former_names: Sequence[str] = ()
    former_codes: Sequence[str] = ()
    registered_on: date | None = None
    kind: str = ""
    representative: str = ""
    capital_fen: int | None = None
    region_code: str = ""
    address: str = ""
    phones: Sequence[str] = ()


class FirmEntry(NamedTuple):
    """One firm, ready to be compared. `spelled` is the whole folded name; masked representatives keep their stars."""

    key: int
    codes: tuple[str, ...]
    spelled: str
    name: NameParts
    former: tuple[NameParts, ...]
    former_spelled: tuple[str, ...]
    registered_on: date | None
    form: LegalForm
    is_branch: bool
    representative: str
    capital_fen: int | None
    region: str
    address: str
    phones: frozenset[str]


class FirmFacts(NamedTuple):
    """What is compared of a firm besides its names, as `FirmEntry` has it; only whether the address is known is told by it."""

    codes: tuple[str, ...]
    registered_on: date | None
    representative: str
    capital_fen: int | None
    region: str
    address: str
    phones: frozenset[str]


def facts_of(stated: StatedFirm) -> FirmFacts:
    """Clean what is compared besides names and address: a tenth of what parting those takes."""
    return FirmFacts(
        codes=tuple(filter(None, map(normalise, (stated.code, *stated.former_codes)))),
        registered_on=stated.registered_on,
        representative=_known(_person(stated.representative)),
        capital_fen=stated.capital_fen or None,
        region=stated.region_code,
        address=stated.address,
        phones=frozenset(filter(None, map(_phone, stated.phones))) if stated.phones else _NO_PHONES,
    )


def record_of(facts: StatedFirm, places: PlaceNames) -> FirmEntry:
    """Fold, part and clean everything that is compared, once for each firm."""
    province = facts.region_code[:2]
    spelled = fold_spelling(facts.name)
    former = [*facts.former_names, *names_in_remarks(spelled)]
    former = [name for name in former if name.strip()] if former else former
    short = len(facts.name) <= LONGEST
    name = part_spelled(spelled, places, province) if short else part_name(facts.name, places, province)
    codes = (cleaned := facts_of(facts)).codes
    form, is_branch = _kind_of(facts.kind, name, codes[0] if codes else "")
    return FirmEntry(
        key=facts.key,
        codes=codes,
        spelled=spelled,
        name=name,
        former=tuple([part_name(old, places, province) for old in former]),
        former_spelled=tuple(map(fold_spelling, former)),
        registered_on=facts.registered_on,
        form=form,
        is_branch=is_branch,
        representative=cleaned.representative,
        capital_fen=cleaned.capital_fen,
        region=facts.region_code,
        address=_known(fold_address(facts.address, places, province)),
        phones=cleaned.phones,
    )


def _kind_of(kind: str, name: NameParts, code: str) -> tuple[LegalForm, bool]:
    """What kind of subject it is by its code, its kind in words and its name; and whether it is a branch."""
    form, is_branch = _told_by(kind)
    return name.form or _BY_CODE.get(subject_kind(code)) or form, bool(name.branch) or is_branch


@lru_cache(maxsize=512)
def _told_by(kind: str) -> tuple[LegalForm, bool]:
    """What the kind in words says; few different ones are in use."""
    words = [told for word, told in _KINDS if word in kind]
    return next((told for told in words if isinstance(told, LegalForm)), LegalForm.UNKNOWN), "branch" in words


def _person(text: str) -> str:
    """A name without blanks and signs; the stars of a masked one stay, but N** hides a cell that was empty."""
    if not text:
        return ""
    folded = without_remarks(unicodedata.normalize("NFKC", text))
    kept = folded if folded.isalnum() else "".join(c for c in folded if c.isalnum() or c == "*")
    return "" if "*" in kept and kept[0].isascii() else kept


def _known(text: str) -> str:
    return "" if text.upper() in _NOT_KNOWN else text


def _phone(text: str) -> str:
    """A telephone number's digits: a mobile whole, a landline without its area code."""
    folded = unicodedata.normalize("NFKC", text)
    digits = _LEADING_AREA.sub("", folded if folded.isdigit() else "".join(filter(str.isdigit, folded)))
    if len(digits) == 11 and digits[0] == "1":
        return digits
    return digits[-7:] if len(digits) >= 7 else ""
