"""What two records of one firm differ in, which fields stand and fall together, and what is chosen unless a person says otherwise. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.enterprises.domain.uscc import parse_uscc
from app.enterprises.fields import ENTERPRISE, WRITTEN
from app.kit.errors import Conflict
from app.kit.fields import FieldKind

#: Fields that say one thing together with another.
_TOGETHER = {
    "uscc_confirmed": "uscc",
    "uscc_note": "uscc",
    "field_detail": "field_code",
    "business_status_on": "business_status",
    "park_code": "region_code",
}


class MergedMeanwhile(Conflict):
    """A firm went into another while somebody waited to write to it; asked again, all that leads to it leads to the other."""


class Side(StrEnum):
    """Whose content stands: that of the firm that stays, or that of the one that goes."""

    MINE = "mine"
    OTHER = "other"


@dataclass(frozen=True)
class FieldBundle:
    """Fields that are chosen together; `code` is the first of them."""

    code: str
    names: tuple[str, ...]


def _groups() -> tuple[FieldBundle, ...]:
    found: dict[str, list[str]] = {}
    for name in ENTERPRISE.names(lambda each: each.name in WRITTEN and each.kind is not FieldKind.KEPT):
        field = ENTERPRISE[name]
        first = next((each for each, names in found.items() if ENTERPRISE[each].bundle == field.bundle != ""), name)
        found.setdefault(_TOGETHER.get(name, first), []).append(name)
    return tuple(FieldBundle(code, tuple(names)) for code, names in found.items())


GROUPS = _groups()
Values = Mapping[str, Any]


def is_known(group: FieldBundle, values: Values) -> bool:
    """Whether anything is known of a group."""
    return values[group.code] not in (None, "") or (
        group.code != "uscc" and any(values[name] not in (None, "", False) for name in group.names)
    )


def is_alike(group: FieldBundle, mine: Values, other: Values) -> bool:
    """Whether both records say the same."""
    return all(mine[name] == other[name] for name in group.names)


def suggested(group: FieldBundle, mine: Values, other: Values, by_hand: tuple[bool, bool]) -> Side:
    """What is chosen unless a person says otherwise: what is known, a sound code, what a person set; else what stands already."""
    if not is_known(group, other):
        return Side.MINE
    if not is_known(group, mine):
        return Side.OTHER
    if group.code == "uscc":
        sound = [parse_uscc(values["uscc"]).is_valid for values in (mine, other)]
        return Side.OTHER if sound == [False, True] else Side.MINE
    return Side.OTHER if by_hand == (False, True) else Side.MINE


def chosen_values(mine: Values, other: Values, choices: Mapping[str, Side]) -> dict[str, Any]:
    """The fields of the firm that stays which take the other's content, as `choices` by group say."""
    return {
        name: other[name]
        for group in GROUPS
        if choices.get(group.code) is Side.OTHER
        for name in group.names
        if other[name] != mine[name]
    }
