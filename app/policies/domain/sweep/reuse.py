"""When two formulas are the same, and which facts a formula reads: what a what-if need not reckon again."""

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from typing import Any

from app.policies.domain.facts.columns import Columns
from app.policies.domain.forms.forms import SCORE
from app.policies.domain.language import tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import REGISTERED_ON


@lru_cache(maxsize=4096)
def signature(node: tree.Node) -> tuple[Any, ...]:
    """Equal for formulas that are the same, whatever their parameters are called."""
    if isinstance(node, tree.Named):
        return signature(node.body)
    return (type(node).__name__, *(_signed(getattr(node, item.name)) for item in fields(node)))


def _signed(value: Any) -> Any:
    match value:
        case tree.Node():
            return signature(value)
        case tree.Band():
            return (*(getattr(value, item.name) for item in fields(value)[:-1]), value.value.value)
        case tuple():
            return tuple(_signed(item) for item in value)
        case _:
            return value


@lru_cache(maxsize=4096)
def codes_read(node: tree.Node) -> frozenset[str]:
    """The facts that a formula reads; one that compares the score reads `SCORE`, not what the score is made of."""
    years = {REGISTERED_ON.code} if counts_years(node) else set()
    return frozenset(years.union(*(_codes(found) for found in tree.walk(node, into_score=False))))


def _codes(node: tree.Node) -> Iterator[str]:
    match node:
        case tree.Fact(code=code) | tree.ListedIn(code=code) | tree.IfStated(code=code):
            yield code
        case tree.Judged(codes=codes):
            yield from codes
        case tree.Score():
            yield SCORE.code
        case tree.ScoreItem(gradings=gradings):
            yield from (grading.grade for grading in gradings if grading.grade is not None)


def same_figures(node: tree.Node, before: Columns, after: Columns) -> bool:
    """Whether both have the same columns of all facts that `node` reads."""
    codes = codes_read(node)
    old, new = before.known, after.known
    same = all(old.get(key) is new.get(key) for key in old.keys() | new.keys() if key.code in codes)
    return same and all(before.codes.get(code) == after.codes.get(code) for code in codes)
