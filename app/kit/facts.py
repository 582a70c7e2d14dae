"""A value and where it stands: what the slices tell the policies about a subject."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FactValue:
    """One fact about one subject, as its provider knows it.

    `value` by the unit of the catalogue: 元 → int 分 · people → int, Decimal or Fraction · items, grade → int ·
    share → Decimal or Fraction · date → date · yes_no → bool · code → str. Told by year: a mapping year → value;
    made of parts: a tuple of values. `None`, at any place, is "not known"; a year that is not in the mapping too.
    `source` says where the value stands, as a gettext message ("企业库 年度数据").
    """

    value: object
    source: str
