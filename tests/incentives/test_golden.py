"""Comparators from other cities, written as an officer would write them, with the amount expected at every boundary."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.incentives import catalogue
from app.incentives.domain.amount import Amount, Eligibility, calculate
from app.incentives.domain.plan import plan
from app.incentives.words import amount_text, line_text
from app.kit.i18n import LOCALES, use_locale
from tests.incentives.support import CATALOGUE, FIXTURES, SEEDS, facts


def cases() -> list[Any]:
    found = []
    for folder in (FIXTURES, SEEDS):
        for path in sorted((folder / "incentives").glob("*/*/cases.yaml")):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            for case in data["cases"]:
                known = {**data.get("firm", {}), **case["facts"]}
                found.append(pytest.param(path, case, known, id=f"{path.parent.name}: {case['name']}"))
    return found


def worked_out(path: Path, case: dict[str, Any], known: dict[str, Any]) -> Amount:
    day = date.fromisoformat(case["day"])
    schemes = [catalogue.read(file, CATALOGUE).content for file in sorted(path.parent.glob("2*.yaml"))]
    (scheme,) = [scheme for scheme in schemes if scheme.covers(day)]
    return calculate(plan(scheme, CATALOGUE), facts(known), day, Eligibility(case.get("occurrence", "")))


def fen(text: str) -> int:
    value = Fraction(text) * 100
    assert value.denominator == 1
    return value.numerator


@pytest.mark.parametrize(("path", "case", "known"), cases())
def test_a_case_gives_what_the_officer_expects(path: Path, case: dict[str, Any], known: dict[str, Any]) -> None:
    found = worked_out(path, case, known)
    expected = case["expect"]
    if isinstance(expected, dict):
        assert (found.low, found.high) == (fen(expected["low"]), fen(expected["high"]) if "high" in expected else None)
    else:
        assert found.fen == fen(expected)
    if "due" in case:
        assert found.due.value == case["due"]
    if "missing" in case:
        assert sorted({key.code for key in found.missing}) == sorted(case["missing"])
    if "lines" in case:
        assert [line.kind.value for line in found.lines] == case["lines"]


@pytest.mark.parametrize(("path", "case", "known"), cases())
def test_every_step_is_told_in_both_languages(path: Path, case: dict[str, Any], known: dict[str, Any]) -> None:
    found = worked_out(path, case, known)
    day = date.fromisoformat(case["day"])
    (scheme, *_others) = [catalogue.read(file, CATALOGUE).content for file in sorted(path.parent.glob("2*.yaml"))]
    assert scheme.covers(day)
    for locale in LOCALES:
        with use_locale(locale):
            assert all(line_text(plan(scheme, CATALOGUE), line) for line in found.lines)
            assert amount_text(found)
