"""What firms' rights and products tell the policies. Pure: columns in, columns out; unknown stays unknown."""

from datetime import date

import numpy as np

from app.enterprises.holdings import FirmRights, ProductLines
from app.kit.facts.owners import Owners
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers


def of_class(firms: Owners, rights: FirmRights, ip_class: int, on: date) -> Numbers:
    """How many are in force; unknown when only rights without a grant date could make up the first one, or none is on file."""
    alike = rights.ip_class == ip_class
    number = firms.counted(rights.firm[alike & rights.in_force(on)])
    undated = firms.named(rights.firm[alike & rights.may_be_in_force(on)])
    unknown = ~firms.named(rights.firm) | ((number == 0) & undated)
    return np.where(unknown, NOT_KNOWN, number)


def granted_in(firms: Owners, rights: FirmRights, year: int) -> Numbers:
    """How many were granted in a year; of none it is unknown while a right without a day may be its, or none is on file."""
    within = (rights.granted_on >= date(year, 1, 1).toordinal()) & (rights.granted_on <= date(year, 12, 31).toordinal())
    number = firms.counted(rights.firm[within])
    open_ = firms.named(rights.firm[~rights.dated]) | ~firms.named(rights.firm)
    return np.where((number == 0) & open_, NOT_KNOWN, number)


def self_developed(firms: Owners, rights: FirmRights, on: date) -> Numbers:
    """Whether one in force comes from the firm's own research; unknown while one may."""
    valid = rights.in_force(on)
    own = firms.named(rights.firm[valid & rights.own_research])
    may = firms.named(rights.firm[rights.may_be_in_force(on) | (valid & rights.acquired_unknown)])
    unknown = may | ~firms.named(rights.firm[valid])
    return _told(own, ~own & ~unknown)


def main_products_supported(firms: Owners, products: ProductLines, high_tech_fen: Numbers, on: date) -> Numbers:
    """Whether rights in force support the main products of a year; unknown while no right is linked to one of them.

    Main products are those with such a right that make more than half of the high-tech revenue together (工作指引
    三（三））. `high_tech_fen` is that revenue where it is known, else it is that of the products. Where no supported
    product has a revenue on file, the firm's own mark "main" is taken.
    """
    supported = products.with_right(products.rights.in_force(on))
    doubtful = products.with_right(products.rights.may_be_in_force(on)) & ~supported
    linked = products.with_right(np.ones(len(products.line), bool))
    some = firms.named(products.firm[supported])
    none = firms.named(products.firm[linked]) & ~some & ~firms.named(products.firm[doubtful])
    told = products.revenue_fen != NOT_KNOWN
    marked = some & ~firms.named(products.firm[supported & told])
    more, less = _more_than_half(firms, products, supported, doubtful, high_tech_fen)
    return _told(marked | (some & more), none | (some & ~marked & ~more & less))


def _more_than_half(
    firms: Owners, products: ProductLines, supported: Flags, doubtful: Flags, high_tech_fen: Numbers
) -> tuple[Flags, Flags]:
    """Who certainly makes more than half, who certainly not.

    Decided by the bounds: what certainly counts against all the rest, what may count against the least rest.
    """
    told = products.revenue_fen != NOT_KNOWN

    def sum_of(lines: Flags) -> Numbers:
        known = lines & told
        return firms.summed(products.firm[known], products.revenue_fen[known])

    def complete(lines: Flags) -> Flags:
        return ~firms.named(products.firm[lines & ~told])

    surely, perhaps = sum_of(supported), sum_of(supported | doubtful)
    others = (products.is_high_tech | products.is_main) & ~supported
    stated = high_tech_fen != NOT_KNOWN
    most_rest = np.where(stated, high_tech_fen - surely, sum_of(others))
    least_rest = np.where(stated, high_tech_fen - perhaps, sum_of(others & ~doubtful))
    more = (stated | complete(others)) & (surely > most_rest)
    return more, complete(supported | doubtful) & (perhaps <= least_rest)


def _told(yes: Flags, no: Flags) -> Numbers:
    return np.where(yes, 1, np.where(no, 0, NOT_KNOWN))
