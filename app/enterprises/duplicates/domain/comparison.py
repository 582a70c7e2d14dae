"""Two records side by side: what agrees, what differs, and whether they are one firm, relatives, or strangers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from rapidfuzz.distance import OSA

from app.enterprises.duplicates.domain.codes import is_whole, organisation_of, slips_between, subject_kind
from app.enterprises.duplicates.domain.evidence import TABLES, WORDS, favours, may_reach_half, weigh
from app.enterprises.duplicates.domain.likeness import name_likeness
from app.enterprises.duplicates.domain.lookalikes import look_alike
from app.enterprises.duplicates.domain.parts import LegalForm, NameParts
from app.enterprises.duplicates.domain.records import FirmEntry, FirmFacts
from app.enterprises.duplicates.domain.script import sounds_of

SHOWN = 1 / 2
_SLIPS = frozenset({"same-sound", "look-alike", "transposed", "transposed-brand", "one-missing"})
_COMPANIES = frozenset({LegalForm.COMPANY, LegalForm.SHARES})
_COUNTY = 6


class Kinship(StrEnum):
    """What two records are to each other."""

    SAME = "same"
    RELATED = "related"
    DIFFERENT = "different"


class Commonness(Protocol):
    """What knows how many firms of a register share a value."""

    def share(self, kind: str, value: str) -> float | None:
        """The logarithm of the share of firms that have this value; None for a rare one."""


@dataclass(frozen=True)
class Likeness:
    """What was found: `score` is how likely the two are one firm (0.5 and above is shown); `observed` has a level for each kind of evidence."""

    score: float
    verdict: Kinship
    observed: Mapping[str, str]

    @property
    def reasons(self) -> list[str]:
        """The codes of what there is to say, as `reasons_of` orders them."""
        return reasons_of(self.observed)


def reasons_of(observed: Mapping[str, str]) -> list[str]:
    """The codes of what there is to say of observations (`WORDS` has their texts): what speaks for one firm first."""
    told = [(kind, level) for kind, level in observed.items() if f"{kind}.{level}" in WORDS]
    return [f"{kind}.{level}" for kind, level in sorted(told, key=lambda pair: not favours(*pair))]


def may_be_one(one: FirmFacts | FirmEntry, other: FirmFacts | FirmEntry) -> bool:
    """Whether two records may be shown as one firm, whatever their names and addresses: asked before those are parted."""
    observed = _by_facts(one, other)
    if _kinds_differ(one.codes, other.codes):
        observed["form"] = "other"
    if not one.address or not other.address:
        observed["address"] = "unknown"
    return may_reach_half(observed)


def _by_facts(one: FirmFacts | FirmEntry, other: FirmFacts | FirmEntry) -> dict[str, str]:
    """What is observed of all but names and addresses."""
    return {
        "region": _regions(one.region, other.region),
        "code": _codes(one.codes, other.codes),
        "registered": _days(one.registered_on, other.registered_on),
        "representative": _persons(one.representative, other.representative),
        "phone": _phones(one.phones, other.phones),
        "capital": _equal(one.capital_fen, other.capital_fen),
    }


def compare(one: FirmEntry, other: FirmEntry, commonness: Commonness | None = None) -> Likeness:
    """Compare two records; the order does not matter."""
    told = _by_facts(one, other) | {
        "name": _names(one, other),
        "place": _places(one.name, other.name),
        "branch": _branches(one, other),
        "group": "same" if one.name.is_group == other.name.is_group else "one",
        "form": _forms(one, other),
        "address": _addresses(one.address, other.address),
    }
    observed = {kind: told[kind] for kind in TABLES}
    observed |= _in_its_light(observed)
    shares = weigh(observed, _common(one, observed, commonness) if commonness else {})
    score = round(shares.same, 4)
    verdict = Kinship.SAME if score >= SHOWN else Kinship.RELATED if shares.related >= SHOWN else Kinship.DIFFERENT
    return Likeness(score, verdict, observed)


def _in_its_light(observed: Mapping[str, str]) -> dict[str, str]:
    """What an observation means beside another: they are not independent where one is the reason for the other."""
    meant: dict[str, str] = {}
    name, apart = observed["name"], observed["branch"] in ("one", "other")
    if name.startswith("identical") and apart:  # works of one firm bear its name
        meant["name"] = "identical-head"
    elif name.startswith("identical") and observed["place"].startswith("other"):  # each town has its own
        meant["name"] = "identical-elsewhere"
    if observed["registered"] == "same" and apart:
        meant["registered"] = "same-as-branches"
    if name.startswith("former"):  # who was renamed may have changed place, form and group with the name
        meant |= {"place": "compatible", "group": "same"}
        meant |= {"form": "unknown"} if observed["form"] == "converted" else {}
    return meant


def _common(one: FirmEntry, observed: Mapping[str, str], commonness: Commonness) -> dict[str, float]:
    values = {
        "representative": [one.representative],
        "address": [one.address],
        "phone": one.phones,
    }
    found: dict[str, float] = {}
    for kind, candidates in values.items():
        if observed[kind] == "same":
            shares = [share for value in candidates if (share := commonness.share(kind, value)) is not None]
            found |= {kind: min(shares)} if shares else {}
    return found


def _names(one: FirmEntry, other: FirmEntry) -> str:
    if _bore(one, other) or _bore(other, one):
        return "former"
    plain = name_likeness(one.name, other.name)
    if plain in ("other", "same-brand", "similar", "one-other-brand") and (one.former or other.former):
        levels = {name_likeness(old, new) for old, new in _former_pairs(one, other)}
        if levels & (_SLIPS | {"identical"}):
            return "former-slip"
    return plain


def _bore(one: FirmEntry, other: FirmEntry) -> bool:
    """Whether `one` bore the name that `other` bears or bore."""
    return bool(one.former_spelled) and any(
        spelled == other.spelled or spelled in other.former_spelled for spelled in one.former_spelled
    )


def _former_pairs(one: FirmEntry, other: FirmEntry) -> Iterable[tuple[NameParts, NameParts]]:
    yield from ((old, other.name) for old in one.former)
    yield from ((old, one.name) for old in other.former)
    yield from ((ours, theirs) for ours in one.former for theirs in other.former)


def _places(one: NameParts, other: NameParts) -> str:
    if one.place and other.place and not _one_way(one.place, other.place):
        return "other-city"
    if one.township and other.township and one.township != other.township:
        return "other-township"
    return "same" if one.place == other.place else "compatible"


def _regions(one: str, other: str) -> str:
    return "same" if not one or not other or _one_way(one[:_COUNTY], other[:_COUNTY]) else "other"


def _one_way(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _codes(ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    if not ours or not theirs:
        return "unknown"
    if not set(ours).isdisjoint(theirs):
        return "same"
    levels = [_code(a, b) for a in ours for b in theirs]
    return next((level for level in ("same-organisation", "slip", "two-slips", "other") if level in levels), "unknown")


def _code(one: str, other: str) -> str:
    """A slip needs a code that cannot be right: two codes that fit their check characters are two codes, however near."""
    slips, mine = slips_between(one, other), organisation_of(one)
    akin = bool(mine) and mine == organisation_of(other)
    if akin or slips <= 2:  # the checks are reckoned for few
        whole = is_whole(one) and is_whole(other)
        if whole and akin:
            return "same-organisation"
        if not whole and slips <= 2:
            return "slip" if slips == 1 else "two-slips"
    return "other" if len(one) == len(other) else "unknown"


def _branches(one: FirmEntry, other: FirmEntry) -> str:
    if one.is_branch != other.is_branch:
        return "one"
    if not one.is_branch:
        return "neither"
    ours, theirs = one.name.branch, other.name.branch
    if not ours and not theirs:  # only its kind says that it is a branch
        return "same" if one.name.sounds == other.name.sounds else "other"
    return "same" if sounds_of(ours) == sounds_of(theirs) else "other"


def _forms(one: FirmEntry, other: FirmEntry) -> str:
    if _kinds_differ(one.codes, other.codes):
        return "other"
    if not one.form or not other.form:
        return "unknown"
    if one.form == other.form:
        return "same"
    return "converted" if {one.form, other.form} == _COMPANIES else "other"


def _kinds_differ(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if len({code[:2] for code in (*ours, *theirs)}) < 2:  # the checks are reckoned for few
        return False
    mine, yours = {subject_kind(code) for code in ours} - {""}, {subject_kind(code) for code in theirs} - {""}
    return bool(mine and yours) and mine.isdisjoint(yours)


def _days(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return "unknown"
    if one == other:
        return "same"
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    ours, theirs = (day.isoformat().replace("-", "") for day in (one, other))
    return "slip" if swapped or OSA.distance(ours, theirs, score_cutoff=1) == 1 else "other"


def _persons(one: str, other: str) -> str:
    if not one or not other:
        return "unknown"
    if len(one) == 1 or len(other) == 1:  # nothing but a surname
        return "same-masked" if one[0] == other[0] else "other"
    if "*" in one or "*" in other:
        return "same-masked" if one[0] == other[0] and len(one) == len(other) else "other"
    if one == other:
        return "same"
    return "slip" if _person_slip(one, other) else "other"


def _person_slip(one: str, other: str) -> bool:
    """A name heard or read wrongly in one place, or with a character left out; another character makes another person."""
    if len(one) == len(other):
        differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return len(differing) == 1 and (look_alike(*differing[0]) or sounds_of(one) == sounds_of(other))
    return one[0] == other[0] and max(len(one), len(other)) > 2 and OSA.distance(one, other, score_cutoff=1) == 1


def _phones(ours: frozenset[str], theirs: frozenset[str]) -> str:
    if not ours or not theirs:
        return "unknown"
    if ours & theirs:
        return "same"
    near = any(OSA.distance(a, b, score_cutoff=1) == 1 for a in ours for b in theirs if len(a) == len(b) == 11)
    return "slip" if near else "other"


def _addresses(one: str, other: str) -> str:
    if not one or not other:
        return "unknown"
    if one == other:
        return "same"
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and (long.startswith(short) or long.endswith(short)):
        return "part"
    numbers = [[c for c in text if c.isdigit()] for text in (one, other)]
    near = OSA.distance(one, other) * 5 <= len(long) and numbers[0] == numbers[1]
    return "part" if near else "other"


def _equal(one: int | None, other: int | None) -> str:
    return "unknown" if one is None or other is None else "same" if one == other else "other"
