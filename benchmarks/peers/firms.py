"""Fictional firms with every fact of the certification known, as arrays and as the facts of one firm."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY = date(2021, 6, 30)
YEARS = (2018, 2019, 2020)
Array = NDArray[np.int64]


@dataclass(frozen=True)
class Firms:
    """`n` firms. Amounts in 元, one row a firm; three columns are the fiscal years 2018 to 2020, seven the R&D items."""

    registered: Array
    staff: Array
    rd_staff: Array
    in_field: Array
    accident: Array
    sales: Array
    net_assets: Array
    total_income: Array
    high_tech_income: Array
    rd_items: Array
    rd_domestic: Array
    rd_overseas: Array
    conversions: Array
    class1: Array
    class2: Array
    supported: Array
    self_developed: Array
    standards: Array
    grades: Array

    def __len__(self) -> int:
        return len(self.registered)

    def told(self, row: int) -> dict[str, Any]:
        """One firm as the body of an evaluation tells it."""
        grades = ("ip_advancement", "ip_core_support", "management_1", "management_2", "management_3", "management_4")
        return {
            "registered_on": date.fromordinal(int(self.registered[row])).isoformat(),
            "staff_average": int(self.staff[row]),
            "rd_staff_average": int(self.rd_staff[row]),
            "core_field": "405" if self.in_field[row] else "none",
            "accident_in_last_year": bool(self.accident[row]),
            "sales_revenue": _by_year(self.sales[row]),
            "net_assets": _by_year(self.net_assets[row]),
            "total_income": {"2020": int(self.total_income[row])},
            "high_tech_income": {"2020": int(self.high_tech_income[row])},
            "rd_internal_items": {
                str(year): [int(item) for item in items] for year, items in zip(YEARS, self.rd_items[row], strict=True)
            },
            "rd_outsourced_domestic": _by_year(self.rd_domestic[row]),
            "rd_outsourced_overseas": _by_year(self.rd_overseas[row]),
            "conversions": _by_year(self.conversions[row]),
            "ip_class1": int(self.class1[row]),
            "ip_class2_unused": int(self.class2[row]),
            "ip_main_product_supported": bool(self.supported[row]),
            "ip_self_developed": bool(self.self_developed[row]),
            "standards_led": bool(self.standards[row]),
            **{code: int(grade) for code, grade in zip(grades, self.grades[row], strict=True)},
        }


def _by_year(values: Array) -> dict[str, int]:
    return {str(year): int(value) for year, value in zip(YEARS, values, strict=True)}


def make_firms(count: int, seed: int = 7) -> Firms:
    """Firms like those of a county: some pass, most miss a condition or two, a tenth is younger than three years."""
    random = np.random.default_rng(seed)

    def whole(low: int, high: int, *shape: int) -> Array:
        return random.integers(low, high, (count, *shape), dtype=np.int64, endpoint=True)

    def chance(of: float) -> Array:
        return (random.random(count) < of).astype(np.int64)

    sales = np.exp(random.normal(17.2, 1.3, (count, 1)) + random.normal(0.05, 0.2, (count, 3)).cumsum(axis=1))
    sales = sales.astype(np.int64)
    intensity = random.uniform(0.0, 0.14, (count, 1))
    shares = random.dirichlet((4, 3, 1, 0.5, 0.5, 0.5, 1.5), (count, 3))
    staff = whole(8, 600)
    income = (sales[:, 2] * random.uniform(1.0, 1.1, count)).astype(np.int64)
    oldest, youngest = (DAY - timedelta(days=9000)).toordinal(), (DAY - timedelta(days=200)).toordinal()
    young = (date(2018, 1, 1)).toordinal()
    return Firms(
        registered=np.where(
            chance(0.9), random.integers(oldest, young, count), random.integers(young, youngest, count)
        ),
        staff=staff,
        rd_staff=(staff * random.uniform(0.0, 0.4, count)).astype(np.int64),
        in_field=chance(0.9),
        accident=chance(0.02),
        sales=sales,
        net_assets=(sales * random.uniform(-0.05, 1.2, (count, 3))).astype(np.int64),
        total_income=income,
        high_tech_income=(income * random.uniform(0.3, 1.0, count)).astype(np.int64),
        rd_items=(sales[:, :, None] * intensity[:, :, None] * shares).astype(np.int64),
        rd_domestic=(sales * random.uniform(0, 0.02, (count, 3))).astype(np.int64),
        rd_overseas=(sales * random.uniform(0, 0.005, (count, 3)) * chance(0.1)[:, None]).astype(np.int64),
        conversions=whole(0, 7, 3),
        class1=whole(0, 1) * whole(0, 2),
        class2=whole(0, 9),
        supported=chance(0.85),
        self_developed=chance(0.9),
        standards=chance(0.05),
        grades=np.stack([whole(0, most) for most in (8, 8, 6, 6, 4, 4)], axis=1),
    )


def plain(firms: Firms, row: int) -> dict[str, Any]:
    """One firm as plain numbers by the names of `Firms`, for the peers that take one firm at a time."""
    numbers: dict[str, Any] = {name: values[row].tolist() for name, values in vars(firms).items()}
    return numbers | {"registered_year": date.fromordinal(numbers["registered"]).year}
