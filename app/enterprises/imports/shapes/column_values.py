"""What the first cells of a column hold, where its head does not say: names of firms, or their codes."""

import re
from collections.abc import Callable, Sequence

from app.enterprises.imports.shapes.row_kinds import folded

Values = Sequence[Sequence[str]]

_FIRM = re.compile(r"\D.{2,}(?:公司|合作社|厂|家庭农场|农场)(?:\([^()]*\))*")
_CODE = re.compile(r"(?=.*\d)[0-9A-HJ-NPQRTUWXY]{18}")
_MOSTLY = 0.8
#: Fewer cells tell nothing.
_ENOUGH = 3


def names_firms(values: Sequence[str]) -> bool:
    """Whether most of the cells name a firm."""
    return _mostly(values, lambda text: bool(_FIRM.fullmatch(folded(text))))


def holds_codes(values: Sequence[str]) -> bool:
    """Whether most of the cells are credit codes, as far as their length and letters tell."""
    return _mostly(values, lambda text: bool(_CODE.fullmatch(folded(text).upper())))


def _mostly(values: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return len(values) >= _ENOUGH and sum(map(fits, values)) >= _MOSTLY * len(values)
