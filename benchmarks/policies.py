"""Deciding, against other means in the same run: one firm with its reasons, the whole register, and what-if.

Everything is Article 11 with the 100-point score of 2016, on fictional firms of which all figures are known, unless a
row says that some are not. Ratios are against the peer in the same table.
"""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import yaml

from app.policies.answer import answer
from app.policies.catalogue import ReadPolicy, read_all, read_facts, restore
from app.policies.domain.compile.interpreter import evaluate
from app.policies.domain.explain import explainer
from app.policies.domain.explain.fact_input import read_facts as read_told
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.facts.columns import Columns, FactColumn
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.verdict import Clause, Evaluation
from app.policies.domain.plan import trials
from app.policies.domain.plan.planner import plan
from app.policies.domain.sweep.interpreter import MET, sweep
from app.policies.domain.values.outcome import Outcome
from benchmarks.measure import Result, interleaved, table
from benchmarks.peers import arrays, closures, country, decision_graph
from benchmarks.peers.firms import DAY, YEARS, Firms, make_firms, plain

CODE = "high-tech-enterprise"
FEN, PERSON = 100, 10_000
GRADES = ("ip_advancement", "ip_core_support", "management_1", "management_2", "management_3", "management_4")


def run(firms: int, rounds: int) -> None:
    """All tables; `firms` of the sweep, five times as many in the what-if."""
    item = newest()
    explained(item.policy, rounds)
    planned(item.policy, rounds)
    swept(item.policy, firms, rounds)
    what_if(item, firms * 5, rounds)


def newest() -> ReadPolicy:
    """The certification policy as it is shipped, its last correction."""
    seeds = Path("seeds")
    versions = [item for item in read_all(seeds, read_facts(seeds)) if item.policy.code == CODE]
    return max(versions, key=lambda item: item.policy.version)


# -- one firm with its reasons ----------------------------------------------------------------------------------------


def explained(policy: Policy, rounds: int, count: int = 300) -> None:
    """Evaluations a second: explained, against a traced decision graph and plain closures."""
    firms = make_firms(count)
    rows = [plain(firms, row) for row in range(count)]
    known = [read_told(policy, firms.told(row)) for row in range(count)]
    partly = [_forgetful(facts, row) for row, facts in enumerate(known)]
    graph = decision_graph.decision()
    agree(policy, rows, known)
    few = max(1, count // 20)
    calls: dict[str, tuple[int, Callable[[], object]]] = {
        "decision graph with trace": (count, lambda: [graph(firm) for firm in rows]),
        "plain closures, true or false only": (count, lambda: [closures.decide(firm) for firm in rows]),
        "explained, all facts known": (count, lambda: [evaluate(policy, facts, DAY) for facts in known]),
        "explained, a fifth unknown or within bounds": (count, lambda: [evaluate(policy, f, DAY) for f in partly]),
        "every reason and item of the score read, all facts known": (
            count,
            lambda: [_read(evaluate(policy, facts, DAY)) for facts in known],
        ),
        "the same, a fifth unknown or within bounds": (
            count,
            lambda: [_read(evaluate(policy, facts, DAY)) for facts in partly],
        ),
        "explained and put into words, both languages": (
            few,
            lambda: [answer(evaluate(policy, facts, DAY)) for facts in known[:few]],
        ),
        "the reference interpreter, all facts known": (
            few,
            lambda: [explainer.evaluate(policy, facts, DAY) for facts in known[:few]],
        ),
    }
    taken = interleaved({name: call for name, (_, call) in calls.items()}, rounds)
    rates = {name: calls[name][0] / result.median for name, result in taken.items()}
    graph_rate = rates["decision graph with trace"]
    table(
        "Evaluations of one firm",
        ("way", "per second", "× decision graph"),
        [(name, f"{rate:,.0f}", f"{rate / graph_rate:.2f}") for name, rate in rates.items()],
    )


def planned(policy: Policy, rounds: int, count: int = 10) -> None:
    """The way to a pass, by the compiled interpreter and by the explaining one alone (ADR 0007: what the third earns)."""
    firms = make_firms(count)
    known = [read_told(policy, firms.told(row)) for row in range(count)]
    partly = [_forgetful(facts, row) for row, facts in enumerate(known)]

    def by(interpreter: Callable[[Policy, Facts, date], Evaluation], subjects: Sequence[Facts]) -> Callable[[], object]:
        def work() -> None:
            with patch.object(trials, "evaluate", interpreter):
                for facts in subjects:
                    plan(policy, facts, DAY)

        return work

    calls = {
        "compiled, all known": by(evaluate, known),
        "explaining, all known": by(explainer.evaluate, known),
        "compiled, a fifth unknown": by(evaluate, partly),
        "explaining, a fifth unknown": by(explainer.evaluate, partly),
    }
    _times(f"Plans of {count} firms", interleaved(calls, rounds), "compiled, all known")


def agree(policy: Policy, rows: Sequence[dict[str, Any]], known: Sequence[Facts]) -> None:
    """What is compared must come to the same: each condition of each firm, and the bounds of its score."""
    graph = decision_graph.decision()
    for firm, facts in zip(rows, known, strict=True):
        found, by_hand, node = evaluate(policy, facts, DAY), closures.decide(firm), graph(firm)["result"]
        assert found.score is not None
        assert (found.score.low, found.score.high) == by_hand["score"] == (node["low"], node["high"])
        outcomes = {clause.condition.id: clause.outcome for clause in _every(found.clauses)}
        for clause, result in decision_graph.RESULTS.items():
            assert (outcomes[clause] is Outcome.MET) == bool(by_hand[clause]) == bool(node[result]), clause


def _every(clauses: Iterable[Clause]) -> Iterator[Clause]:
    for clause in clauses:
        yield clause
        yield from _every(clause.children)


def _read(evaluation: Evaluation) -> int:
    """Everything that an evaluation has to say, short of words: it is made when it is asked for. How many reasons."""
    leaves = [leaf.finding for clause in evaluation.clauses for leaf in clause.leaves()]
    items = [item for block in evaluation.score.blocks for item in block.items] if evaluation.score else []
    return len(leaves) + len([clause.finding for clause in evaluation.clauses]) + len(items)


def _forgetful(facts: Facts, seed: int) -> Facts:
    """The facts with about a fifth of them not told."""
    random = np.random.default_rng(seed)
    keys = list(facts.known)
    kept = random.random(len(keys)) > 0.2
    return Facts(facts.catalogue, {key: facts.known[key] for key, keep in zip(keys, kept, strict=True) if keep})


# -- the whole register -----------------------------------------------------------------------------------------------


def swept(policy: Policy, count: int, rounds: int) -> None:
    """Sweeps of `count` firms against numpy by hand and against openfisca, and what-if on five times as many."""
    firms = make_firms(count)
    columns, holed = _columns(policy, firms), _holed(_columns(policy, firms))
    system, told = country.country(), country.inputs(firms)
    _agree(policy, columns, firms)
    calls: dict[str, Callable[[], object]] = {
        "numpy by hand, exact facts only": lambda: arrays.decide(firms),
        "openfisca-core, without the score": lambda: country.decide(system, told, count),
        "sweep, all facts known": lambda: sweep(policy, columns, DAY),
        "sweep, a fifth of each column unknown": lambda: sweep(policy, holed, DAY),
    }
    taken = interleaved(calls, rounds)
    _times(f"Sweep of {count:,} firms (loading from the database apart)", taken, "numpy by hand, exact facts only")
    _peaks(calls)


def what_if(item: ReadPolicy, count: int, rounds: int) -> None:
    """Other numbers, or other figures, for `count` firms that are loaded: seconds of one core until everybody stands."""
    policy, firms = item.policy, make_firms(count)
    columns = _columns(policy, firms)
    before = sweep(policy, columns, DAY)
    stricter = _changed(item, "rd_minimum", lambda entry: entry["bands"][0].update(value="6 %"))
    fewer = _changed(item, "rd_staff_minimum", lambda entry: entry.update(value="12 %"))
    grown = columns.grown("sales_revenue", YEARS[-1], Fraction(11, 10))
    calls: dict[str, Callable[[], object]] = {
        "everybody from the beginning": lambda: sweep(policy, columns, DAY),
        "another R&D minimum in the lowest band": lambda: sweep(stricter, columns, DAY, before=before),
        "another minimum of R&D staff": lambda: sweep(fewer, columns, DAY, before=before),
        "sales of the latest year grow by a tenth": lambda: sweep(policy, grown, DAY, before=before),
    }
    taken = interleaved(calls, rounds)
    _times(f"What-if for {count:,} firms (after loading)", taken, "everybody from the beginning")


def _changed(item: ReadPolicy, name: str, change: Callable[[dict[str, Any]], None]) -> Policy:
    """The version with one parameter changed."""
    content = yaml.safe_load(item.text)
    change(content["parameters"][name])
    return restore(yaml.safe_dump(content, allow_unicode=True), read_facts(Path("seeds")))


def _times(title: str, taken: Mapping[str, Result], limit: str) -> None:
    base = taken[limit].median
    lines = [(name, f"{result.median * 1000:,.0f}", f"{result.median / base:.2f}") for name, result in taken.items()]
    table(title, ("way", "ms", f"× {limit}"), lines)


def _peaks(calls: Mapping[str, Callable[[], object]]) -> None:
    lines = []
    for name, call in calls.items():
        tracemalloc.start()
        call()
        lines.append((name, f"{tracemalloc.get_traced_memory()[1] / 1e6:,.0f}"))
        tracemalloc.stop()
    table("Memory at the peak, beyond what the columns take", ("way", "MB"), lines)


def _agree(policy: Policy, columns: Columns, firms: Firms) -> None:
    """What is compared must come to the same: the conditions of every firm, and who passes by score."""
    found, by_hand = sweep(policy, columns, DAY), arrays.decide(firms)
    for clause in closures.RULES:
        assert np.array_equal(found.statuses[clause].outcome == MET, by_hand[clause]), clause
    assert found.score is not None
    assert np.array_equal(found.score.low > 70, by_hand["HTE-07 surely"])
    assert np.array_equal(found.score.high > 70, by_hand["HTE-07 perhaps"])


def _columns(policy: Policy, firms: Firms) -> Columns:
    once = {
        "registered_on": firms.registered,
        "staff_average": firms.staff * PERSON,
        "rd_staff_average": firms.rd_staff * PERSON,
        "core_field": 1 - firms.in_field,
        "accident_in_last_year": firms.accident,
        "ip_class1": firms.class1,
        "ip_class2_unused": firms.class2,
        "ip_main_product_supported": firms.supported,
        "ip_self_developed": firms.self_developed,
        "standards_led": firms.standards,
        **{code: firms.grades[:, place] for place, code in enumerate(GRADES)},
    }
    known = {FactKey(code): values for code, values in once.items()}
    known[FactKey("total_income", YEARS[-1])] = firms.total_income * FEN
    known[FactKey("high_tech_income", YEARS[-1])] = firms.high_tech_income * FEN
    for place, year in enumerate(YEARS):
        known[FactKey("sales_revenue", year)] = firms.sales[:, place] * FEN
        known[FactKey("net_assets", year)] = firms.net_assets[:, place] * FEN
        known[FactKey("rd_outsourced_domestic", year)] = firms.rd_domestic[:, place] * FEN
        known[FactKey("rd_outsourced_overseas", year)] = firms.rd_overseas[:, place] * FEN
        known[FactKey("conversions", year)] = firms.conversions[:, place]
        for part in range(7):
            known[FactKey("rd_internal_items", year, part + 1)] = firms.rd_items[:, place, part] * FEN
    columns = {key: FactColumn(values.astype(np.float64)) for key, values in known.items()}
    return Columns(policy.catalogue, len(firms), columns, {"core_field": ("405", "none")})


def _holed(columns: Columns) -> Columns:
    """The columns with a fifth of every one not known, but the registration."""
    random = np.random.default_rng(11)
    for key, column in columns.known.items():
        if key.code != "registered_on":
            values = np.where(random.random(columns.size) < 0.2, np.nan, column.values)
            columns = columns.with_column(key, FactColumn(values))
    return columns
