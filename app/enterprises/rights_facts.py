"""What a firm's rights and products tell the policies. Pure: rows in, facts out; unknown stays unknown."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.enterprises.holdings import HeldRight, ProductLine

OWN_RESEARCH = "own_research"


def is_valid(right: HeldRight, on: date) -> bool:
    """Whether the right is known to be granted and in force on `on`."""
    return right.granted_on is not None and right.granted_on <= on and not _expired(right, on)


def _expired(right: HeldRight, on: date) -> bool:
    return right.expires_on is not None and right.expires_on < on


def of_class(rights: Sequence[HeldRight], ip_class: int, on: date) -> int | None:
    """How many are in force; None when only rights without a grant date could make up the first one, or none is on file."""
    alike = [right for right in rights if right.ip_class == ip_class]
    number = sum(is_valid(right, on) for right in alike)
    undated = any(right.granted_on is None and not _expired(right, on) for right in alike)
    return None if not rights or (number == 0 and undated) else number


def granted_by_year(rights: Sequence[HeldRight], years: range) -> Mapping[int, int]:
    """How many rights were granted in each year; a year without any is left out while a right without a day may be its."""
    if not rights:
        return {}
    granted = [right.granted_on.year for right in rights if right.granted_on is not None]
    complete = len(granted) == len(rights)
    return {year: granted.count(year) for year in years if complete or year in granted}


def self_developed(rights: Sequence[HeldRight], on: date) -> bool | None:
    """Whether one in force comes from the firm's own research; None while one may."""
    valid = [right for right in rights if is_valid(right, on)]
    if any(right.acquired_by == OWN_RESEARCH for right in valid):
        return True
    undated = any(right.granted_on is None and not _expired(right, on) for right in rights)
    if undated or not valid or any(not right.acquired_by for right in valid):
        return None
    return False


def main_products_supported(products: Sequence[ProductLine], high_tech_fen: int | None, on: date) -> bool | None:
    """Whether rights in force support the main products of a year; None while no right is linked to one of them.

    Main products are those with such a right that make more than half of the high-tech revenue together (工作指引
    三（三））. `high_tech_fen` is that revenue where it is known, else it is that of the products. Where no supported
    product has a revenue on file, the firm's own mark "main" is taken.
    """
    linked = [line for line in products if line.is_main and line.rights]
    supported = [line for line in linked if any(is_valid(right, on) for right in line.rights)]
    doubtful = [line for line in linked if line not in supported and _may_be_valid(line, on)]
    if not supported:
        return None if not linked or doubtful else False
    if all(line.revenue_fen is None for line in supported):
        return True
    return _more_than_half(supported, doubtful, products, high_tech_fen)


def _may_be_valid(line: ProductLine, on: date) -> bool:
    return any(right.granted_on is None and not _expired(right, on) for right in line.rights)


def _more_than_half(
    supported: Sequence[ProductLine],
    doubtful: Sequence[ProductLine],
    products: Sequence[ProductLine],
    high_tech_fen: int | None,
) -> bool | None:
    """Decided by the bounds: what certainly counts against all the rest, what may count against the least rest."""
    surely, perhaps = _known(supported), _all_known([*supported, *doubtful])
    if high_tech_fen is not None:
        least_rest: int | None = None if perhaps is None else high_tech_fen - perhaps
        most_rest: int | None = high_tech_fen - surely
    else:
        others = [line for line in products if (line.is_high_tech or line.is_main) and line not in supported]
        least_rest = _known([line for line in others if line not in doubtful])
        most_rest = _all_known(others)
    if most_rest is not None and surely > most_rest:
        return True
    if perhaps is not None and least_rest is not None and perhaps <= least_rest:
        return False
    return None


def _known(lines: Sequence[ProductLine]) -> int:
    return sum(line.revenue_fen or 0 for line in lines)


def _all_known(lines: Sequence[ProductLine]) -> int | None:
    return None if any(line.revenue_fen is None for line in lines) else _known(lines)
