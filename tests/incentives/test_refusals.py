"""Scheme files that the loader refuses: each message names file, line, what is wrong and what to write instead."""

from pathlib import Path

import pytest

from app.incentives import catalogue
from app.kit.errors import SeedError
from tests.incentives.support import CATALOGUE

TEXT = """\
code: trial
jurisdiction: "42"
effective_from: 2021-01-01
name: {zh: 试, en: Trial}
level: provincial
authority: {zh: 局, en: Bureau}
subject: enterprise
trigger: {kind: certificate-gained, certificate: high-tech-enterprise}
status: UNVERIFIED
source: {zh: 测试, en: Test}
confidence: inferred
"""

WRONG = [
    ("amount_type: ratio\nratio: 2 %\nbase: latest(sales_revenu)", "base", "did you mean 'sales_revenue'?"),
    ("amount_type: ratio\nratio: 2 %\nbase: sales_revenue", "base", "write latest(sales_revenue)"),
    ("amount_type: ratio\nratio: 2 %\nbase: equipment_spend +", "base", "finish the formula"),
    ("amount_type: ratio\nratio: 2 %\nbase: days(registered_on, application_day)", "base", "use facts told in 元"),
    ("amount_type: ratio\nratio: 2 %\nbase: {zh: 投入, en: Spend}", "base", "write a formula"),
    ("amount_type: ratio\nratio: 120 %\nbase: equipment_spend", "ratio", "less than or equal to 1"),
    ("amount_type: fixed\namount: 20 千克", "amount", "as in 20 万元"),
    ("amount_type: ratio\nratio: 二成\nbase: equipment_spend", "ratio", "as in 2 %"),
    ("amount_type: fixed\namount: 20 万元\nbase: equipment_spend", "base", "write a 'ratio'"),
    ("amount_type: fixed\namount: 20 万元\nwhen: equipment_spend", "when", "compare it with something"),
    ("amount_type: fixed\namount: 20 万元\nwhen: equipment_spend >= 300", "when", "as in 5000 万元"),
    ("amount_type: fixed\namount: 20 万元\ncap: 1 万元\nfloor: 2 万元", "floor", "exchange them"),
    ("amount_type: fixed\namount: 20 万元\ncap: 1234 元\nrounding: {to: 千元}", "cap", "rounder cap"),
    ("amount_type: fixed\namount: 20 万元\nrounding: {to: 吨}", "rounding.to", "千元"),
    ("amount_type: fixed\namount: 20 万元\nstacking: highest-only", "stacking", "as 'group'"),
    ("amount_type: fixed\namount: 20 万元\nclawback: {zh: 迁出, en: moved}", "clawback", "- {kind: revoked"),
    ("amount_type: fixed\namount: 20 万元\nclawback: [{kind: other}]", "clawback.0.text", "in both languages"),
    ("amount_type: tier\ntiers: [{condition: {zh: 大, en: big}, amount: 1}]", "tiers.0.condition", "as 'when'"),
    ("amount_type: tier\ntiers: [{amount: 1}, {occurrence: first, amount: 2}]", "tiers.0", "put it last"),
    ("amount_type: tier\ntiers: [{amount: 1, ratio: 2 %}]", "tiers.0", "write one of the two"),
    ("amount_type: tier\ntiers: [{ratio: 2 %}]", "tiers.0.ratio", "'base'"),
    ("amount_type: tier\ntiers: [{amount: 5, up_to: 5}]", "tiers.0.up_to", "smaller 'amount'"),
    ("amount_type: tier\ntiers: [{grade: good, amount: 5}]", "tiers.0.grade", "graded_by"),
    ("amount_type: tier\ngraded_by: sales_revenue\ntiers: [{grade: good, amount: 5}]", "tiers.0.grade", "graded_by"),
    ("amount_type: tier\ntiers: [{when: yes, grade: good, amount: 5}]", "tiers.0", "string"),
    ("amount_type: fixed\namount: 20 万元\nbudget: {year: 1999, amount: 5}", "budget.year", "2000"),
    (
        "amount_type: fixed\namount: 20 万元\nrequires: {policy: high-tech-enterprise, outcome: unmet}",
        "requires",
        "met",
    ),
]


@pytest.mark.parametrize(("wrong", "place", "instead"), WRONG)
def test_a_wrong_scheme_is_refused_at_its_place(tmp_path: Path, wrong: str, place: str, instead: str) -> None:
    path = tmp_path / "42" / "trial" / "2021-01-01.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT + wrong + "\n", encoding="utf-8")
    with pytest.raises(SeedError) as refused:
        catalogue.read(path, CATALOGUE)
    said = str(refused.value)
    assert f" {place}" in said and instead in said
    key = place.split(".", maxsplit=1)[0]
    line = next(
        n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text.startswith(f"{key}:")
    )
    assert f"{path}:{line}:" in said


def test_case_triggers_have_no_certificate_to_revoke_or_renew(tmp_path: Path) -> None:
    path = tmp_path / "42" / "trial" / "2021-01-01.yaml"
    path.parent.mkdir(parents=True)
    case = "{kind: case-reached, programme: joint-innovation-centre, marker: accepted}"
    text = TEXT.replace("{kind: certificate-gained, certificate: high-tech-enterprise}", case)
    wrong = "amount_type: tier\ntiers: [{occurrence: first, amount: 5}]\nclawback: [{kind: revoked}]\n"
    path.write_text(text + wrong, encoding="utf-8")
    with pytest.raises(SeedError, match=r"clawback\.0\.kind") as refused:
        catalogue.read(path, CATALOGUE)
    assert "tiers.0.occurrence" in str(refused.value)
