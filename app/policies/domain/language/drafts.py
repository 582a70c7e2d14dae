"""Trying other numbers in a policy: which numbers a version has, and the version with some of them changed.

A draft is the data of a policy file. Its numbers are named by their place: `rd_staff_minimum` a parameter's value,
`rd_minimum.0` the value of its first band, `rd_minimum.0.end` where that band ends and the next begins, `score.D1.2.end`
the same of an item of the score. Points are not changed: they are the document's own grades.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language.builder import build
from app.policies.domain.language.files import PolicyFile
from app.policies.domain.language.policy import Policy
from app.policies.domain.values.quantities import Quantity, QuantityError, read_quantity

Data = dict[str, Any]
Changes = Mapping[str, Quantity]

_LOW, _HIGH = ("over", "at_least"), ("below", "up_to")
SCORE = "score"


class NumberKind(StrEnum):
    """What a number is in its parameter or item."""

    VALUE = "value"
    BAND = "band"
    END = "end"


@dataclass(frozen=True)
class DraftNumber:
    """One number of a version: its place, the parameter or item it belongs to, and which of its bands."""

    key: str
    owner: str
    kind: NumberKind
    index: int
    quantity: Quantity
    scored: bool = False


def numbers(data: Data) -> list[DraftNumber]:
    """Every plain number of a policy file that may be changed, in the order of the file."""
    found = [number for name, entry in data.get("parameters", {}).items() for number in _of_parameter(name, entry)]
    return [*found, *(number for item in _items(data) for number in _ends(item["id"], item, f"{SCORE}.", scored=True))]


def changed(data: Data, changes: Changes) -> Data:
    """The file with other numbers; a band's end moves the beginning of the next band with it."""
    draft = deepcopy(data)
    for key, quantity in changes.items():
        _place(draft, key, quantity.text)
    return draft


def draft_policy(data: Data, catalogue: Catalogue) -> Policy:
    """The policy of a changed file. Raises `PolicyFileError` where bands no longer fit together."""
    return build(PolicyFile.model_validate(data), catalogue)


def parameters_in(changes: Changes) -> list[str]:
    """The parameters that some changes touch, each once."""
    return list(dict.fromkeys(key.partition(".")[0] for key in changes if not key.startswith(f"{SCORE}.")))


def items_in(changes: Changes) -> list[str]:
    """The items of the score that some changes touch, each once."""
    return list(dict.fromkeys(_item_id(key) for key in changes if key.startswith(f"{SCORE}.")))


# -- where the numbers stand ------------------------------------------------------------------------------------------


def _of_parameter(name: str, entry: Data) -> Iterator[DraftNumber]:
    if "value" in entry:
        yield from _number(name, name, NumberKind.VALUE, 0, entry["value"])
    for index, band in enumerate(entry.get("bands", ())):
        yield from _number(f"{name}.{index}", name, NumberKind.BAND, index, band["value"])
    yield from _ends(name, entry, "", scored=False)


def _ends(name: str, entry: Data, before: str, *, scored: bool) -> Iterator[DraftNumber]:
    for index, band in enumerate(entry.get("bands", ())[:-1]):
        end = next((band[key] for key in _HIGH if key in band), None)
        yield from _number(f"{before}{name}.{index}.end", name, NumberKind.END, index, end, scored=scored)


def _number(
    key: str, owner: str, kind: NumberKind, index: int, text: Any, *, scored: bool = False
) -> Iterator[DraftNumber]:
    try:
        yield DraftNumber(key, owner, kind, index, read_quantity(str(text)), scored)
    except QuantityError:
        return  # calculated from other numbers


def _items(data: Data) -> Iterator[Data]:
    for block in data.get(SCORE, {}).get("blocks", ()):
        for item in block["items"]:
            yield from (item, *item.get("best_of", ()))


def _item_id(key: str) -> str:
    return key.removeprefix(f"{SCORE}.").rsplit(".", 2)[0]


def _place(draft: Data, key: str, text: str) -> None:
    scored = key.startswith(f"{SCORE}.")
    name = _item_id(key) if scored else key.partition(".")[0]
    entry = next(item for item in _items(draft) if item["id"] == name) if scored else draft["parameters"][name]
    rest = key.removeprefix(f"{SCORE}.").removeprefix(name).split(".")[1:]
    if not rest:
        entry["value"] = text
    elif len(rest) == 1:
        entry["bands"][int(rest[0])]["value"] = text
    else:
        _move(entry["bands"][int(rest[0])], _HIGH, text)
        _move(entry["bands"][int(rest[0]) + 1], _LOW, text)


def _move(band: Data, ends: tuple[str, str], text: str) -> None:
    for key in ends:
        if key in band:
            band[key] = text
