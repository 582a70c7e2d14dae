"""The rules as a traced decision graph of zen-engine: one node a condition, expressions in its own language."""

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import zen

from benchmarks.peers.closures import CONVERSIONS, GROWTH, PROPERTY
from benchmarks.peers.firms import DAY

Bands = tuple[tuple[float, int, int], ...]


def _banded(value: str, bands: Bands, end: int) -> str:
    """`value >= 5 ? 25 : value >= 4 ? 19 : … : 0`, for the low (1) or the high (2) end of the bands."""
    return "".join(f"{value} >= {band[0]!r} ? {band[end]} : " for band in bands) + "0"


def _growth(values: str, years: str) -> str:
    first, second, third = (f"{values}[{place}]" for place in range(3))
    both = f"(({second} / {first} + {third} / {second}) / 2 - 1)"
    late = f"({third} / {second} - 1)"
    return f"({years} < 2 or {second} == 0) ? 0 : ({years} < 3 or {first} == 0) ? {late} : {both}"


def _ends(name: str, value: str, bands: Bands) -> dict[str, str]:
    return {f"{name}_low": _banded(value, bands, 1), f"{name}_high": _banded(value, bands, 2)}


NODES: dict[str, dict[str, str]] = {
    "years": {
        "counts": "map([2018, 2019, 2020], # >= registered_year ? 1 : 0)",
        "years": "sum($.counts)",
    },
    "HTE-01": {"registered": f"{DAY.toordinal()} - registered >= 365"},
    "HTE-02": {"property": "class1 + class2 >= 1 and supported == 1"},
    "HTE-03": {"field": "in_field == 1"},
    "HTE-04": {"staffed": "staff > 0 and rd_staff / staff >= 0.1"},
    "rd": {
        "main": "map(rd_items, sum(#[0:5]))",
        "inside": "map(rd_items, sum(#))",
        "countable": (
            "map([0, 1, 2], counts[#] * ($.main[#] + min([rd_items[#][6], $.main[#] / 4])"
            " + (rd_domestic[#] + min([rd_overseas[#], ($.inside[#] + rd_domestic[#]) * 2 / 3])) * 0.8))"
        ),
        "sales_total": "sum(map([0, 1, 2], counts[#] * sales[#]))",
        "at_home": "sum(map([0, 1, 2], counts[#] * ($.inside[#] + rd_domestic[#])))",
        "everywhere": "$.at_home + sum(map([0, 1, 2], counts[#] * rd_overseas[#]))",
    },
    "HTE-05a": {
        "rd_minimum": "sales[2] <= 50000000 ? 0.05 : sales[2] <= 200000000 ? 0.04 : 0.03",
        "rd_share": "sales_total > 0 and sum(countable) / sales_total >= $.rd_minimum",
    },
    "HTE-05b": {"rd_at_home": "everywhere > 0 and at_home / everywhere >= 0.6"},
    "HTE-06": {"high_tech": "total_income > 0 and high_tech_income / total_income >= 0.6"},
    "block A": {
        "owns": "class1 + class2 >= 1",
        **_ends("number", "class2", PROPERTY),
        "graded": "grades[0] + grades[1]",
        "a_low": "min([30, ($.owns ? $.graded + (class1 >= 1 ? 7 : $.number_low) + 1 : 0) + standards])",
        "a_high": (
            "min([30, ($.owns ? $.graded + (class1 >= 1 ? 8 : $.number_high) + (self_developed == 1 ? 6 : 3) : 0)"
            " + standards * 2])"
        ),
    },
    "block B": {
        "average": "years > 0 ? sum(map([0, 1, 2], counts[#] * conversions[#])) / years : 0",
        **_ends("b", "$.average", CONVERSIONS),
    },
    "block C": {"c": "grades[2] + grades[3] + grades[4] + grades[5]"},
    "block D": {
        "negative": "some([0, 1, 2], counts[#] == 1 and net_assets[#] < 0)",
        "assets": _growth("net_assets", "years"),
        "revenue": _growth("sales", "years"),
        "assets_low": f"$.negative ? 0 : {_banded('$.assets', GROWTH, 1)}",
        "assets_high": f"$.negative ? 10 : {_banded('$.assets', GROWTH, 2)}",
        **_ends("revenue", "$.revenue", GROWTH),
    },
    "HTE-07": {
        "low": "a_low + b_low + c + assets_low + revenue_low",
        "high": "a_high + b_high + c + assets_high + revenue_high",
        "scored": "$.low > 70",
    },
    "HTE-08": {"clean": "accident == 0"},
}


#: What each clause of Article 11 is called in the graph's answer.
RESULTS = {
    "HTE-01": "registered",
    "HTE-02": "property",
    "HTE-03": "field",
    "HTE-04": "staffed",
    "HTE-05a": "rd_share",
    "HTE-05b": "rd_at_home",
    "HTE-06": "high_tech",
    "HTE-08": "clean",
}


def decision() -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    """A function from one firm's numbers to the graph's answer, trace included."""
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        *(_node(name, expressions) for name, expressions in NODES.items()),
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    names = [str(node["id"]) for node in nodes]
    edges = [
        {"id": f"edge {name}", "sourceId": name, "targetId": following, "type": "edge"}
        for name, following in pairwise(names)
    ]
    made = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda firm: made.evaluate(firm, {"trace": True})


def _node(name: str, expressions: dict[str, str]) -> dict[str, Any]:
    content = {
        "passThrough": True,
        "expressions": [{"id": f"{name} {key}", "key": key, "value": value} for key, value in expressions.items()],
    }
    return {"id": name, "name": name, "type": "expressionNode", "content": content}
