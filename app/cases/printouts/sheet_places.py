"""Where a cell or a range of a worksheet lies, and where it lies after rows were inserted. Pure."""

import re
from typing import Any

_CORNER = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)")


def row_of(row: Any) -> int:
    """The number of a row element."""
    return int(row.get("r"))


def moved_cell(place: str, by: int) -> str:
    """`B7` moved down `by` rows."""
    return _CORNER.sub(lambda found: f"{found[1]}{int(found[2]) + by}", place)


def moved_range(place: str, at: int, by: int) -> str:
    """`A3:B9` after `by` rows were inserted below row `at`: what lies below moves, what spans it grows."""
    return _CORNER.sub(lambda found: f"{found[1]}{int(found[2]) + (by if int(found[2]) > at else 0)}", place)
