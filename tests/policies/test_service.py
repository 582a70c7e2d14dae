"""Publishing, gathering facts from tables and statements, keeping verdicts: on a real database."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import ComplianceEvent, Enterprise
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import Invalid, NotFound, SeedError
from app.kit.facts.providers import FACTS
from app.policies.domain.facts.catalogue import FactKey
from app.policies.models import CataloguedFact
from app.policies.queries import get_catalogue, get_in_force, get_policy, get_stored, list_stored
from app.policies.schemas import StatementInput
from app.policies.seed import load
from app.policies.service.fact_sources import gather
from app.policies.service.statements import state_fact, withdraw_statement
from app.policies.service.verdicts import evaluate_all, evaluate_enterprise, explain_again, is_intact, store_verdict
from tests.factories.enterprises import firm as firm_on_file
from tests.policies.support import CATALOGUE, CODE, DAY, POLICIES, SEEDS
from tests.support.house import HOUSE

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
ACCIDENT = "accident_in_last_year"


@pytest.fixture
def known(session: Session) -> Enterprise:
    return firm_on_file(session, field_code="405")


def state(
    session: Session, enterprise: Enterprise, fact: str, value: Any, on: date = DAY, year: int | None = None
) -> int:
    data = StatementInput(fact_code=fact, year=year, value=value, stated_on=on, source="市应急管理局复函（示例）")
    return state_fact(session, actor=SYSTEM, enterprise=enterprise, data=data, now=NOW).id


def outcomes(session: Session, enterprise: Enterprise, on: date = DAY) -> dict[str, str]:
    evaluation = evaluate_enterprise(session, enterprise, CODE, on).evaluation
    return {clause.condition.id: clause.outcome.value for clause in evaluation.clauses}


# -- publishing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    shutil.copytree(SEEDS / "policies", tmp_path / "policies")
    return tmp_path


def test_publishing_again_changes_nothing(session: Session, seeds: Path) -> None:
    report = load(session, seeds_dir=seeds, actor=SYSTEM, now=NOW)
    assert (report.created, report.changed) == (0, 0) and report.unchanged == len(CATALOGUE) + len(POLICIES)


def test_a_published_version_never_changes(session: Session, seeds: Path) -> None:
    path = seeds / "policies" / CODE / "CN" / "2016-01-01.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 10 %", "value: 9 %"), encoding="utf-8")
    with pytest.raises(SeedError, match=r"is published and never changes.*2016-01-01\.r1\.yaml with supersedes"):
        load(session, seeds_dir=seeds, actor=SYSTEM, now=NOW)


def test_a_correction_replaces_its_original_and_is_journalled(session: Session, seeds: Path) -> None:
    path = seeds / "policies" / CODE / "CN" / "2016-01-01.yaml"
    text = path.read_text(encoding="utf-8").replace(
        'version: "2016-01-01"', 'version: "2016-01-01.r2"\nsupersedes: "2016-01-01.r1"'
    )
    (path.parent / "2016-01-01.r2.yaml").write_text(text.replace("value: 10 %", "value: 9 %"), encoding="utf-8")
    assert load(session, seeds_dir=seeds, actor=SYSTEM, now=NOW).created == 1
    assert get_in_force(session, CODE, DAY).version == "2016-01-01.r2"
    db.commit(session)
    event = session.scalars(
        select(JournalEvent).where(JournalEvent.type == "policy.published").order_by(JournalEvent.position.desc())
    ).first()
    assert event is not None and event.changes == {"version": ["2016-01-01.r1", "2016-01-01.r2"]}


def test_the_most_specific_jurisdiction_wins(session: Session, seeds: Path) -> None:
    nation = seeds / "policies" / CODE / "CN" / "2016-01-01.yaml"
    text = (
        nation.read_text(encoding="utf-8")
        .replace("jurisdiction: CN", 'jurisdiction: "429005"')
        .replace("2016-01-01", "2020-01-01")
    )
    local = seeds / "policies" / CODE / "429005" / "2020-01-01.yaml"
    local.parent.mkdir()
    local.write_text(text, encoding="utf-8")
    load(session, seeds_dir=seeds, actor=SYSTEM, now=NOW)
    assert get_in_force(session, CODE, DAY, "429005001").jurisdiction == "429005"
    assert get_in_force(session, CODE, DAY, "429006001").jurisdiction == "CN"
    assert get_in_force(session, CODE, date(2019, 12, 31), "429005001").jurisdiction == "CN"
    assert get_in_force(session, CODE, DAY).jurisdiction == "CN"


def test_a_fact_keeps_its_meaning(session: Session, seeds: Path) -> None:
    path = seeds / "policies" / "facts.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("zh: 注册日期", "zh: 成立日期"), encoding="utf-8")
    assert load(session, seeds_dir=seeds, actor=SYSTEM, now=NOW).changed == 1
    assert get_catalogue(session)["registered_on"].label.zh == "成立日期"
    path.write_text(text.replace("told: either", "told: once"), encoding="utf-8")
    with pytest.raises(SeedError, match="rd_domestic_share: published versions rely on its told"):
        load(session, seeds_dir=seeds, actor=SYSTEM, now=NOW)


def test_what_is_published_is_what_was_read(session: Session) -> None:
    row = get_in_force(session, CODE, DAY)
    path = SEEDS / "policies" / row.code / row.jurisdiction / f"{row.version}.yaml"
    assert row.text == path.read_text(encoding="utf-8")
    assert next(leaf.id for leaf in get_policy(session, CODE, DAY).leaves()) == "HTE-01"
    with pytest.raises(NotFound):
        get_policy(session, CODE, date(2015, 12, 31))


# -- facts --------------------------------------------------------------------------------------------------------------


def test_each_catalogued_fact_has_one_provider_or_somebody_who_says_it() -> None:
    answering = {code: name for name, (provider,) in HOUSE.by_slice(FACTS) for code in provider.codes}
    for code, definition in CATALOGUE.items():
        assert answering.get(code) == definition.provider, code
        assert definition.provider or definition.said_by, code
    assert set(answering) <= set(CATALOGUE)


def test_a_firm_is_judged_on_its_register(session: Session, known: Enterprise) -> None:
    found = outcomes(session, known)
    assert (found["HTE-01"], found["HTE-03"], found["HTE-04"], found["HTE-08"]) == ("met", "met", "unknown", "unknown")
    gathered = gather(session, get_catalogue(session), known.id, DAY)
    assert {key.code for key in gathered.sources} >= {"registered_on", "core_field"}
    assert CODE in [verdict.evaluation.policy.code for verdict in evaluate_all(session, known, DAY)]


def test_a_statement_counts_from_its_day_until_it_is_withdrawn(session: Session, known: Enterprise) -> None:
    number = state(session, known, ACCIDENT, value=False)
    assert outcomes(session, known)["HTE-08"] == "met"
    assert outcomes(session, known, date(2021, 6, 29))["HTE-08"] == "unknown"
    withdraw_statement(session, actor=SYSTEM, enterprise=known, statement_id=number, now=NOW)
    assert outcomes(session, known)["HTE-08"] == "unknown"
    with pytest.raises(NotFound):
        withdraw_statement(session, actor=SYSTEM, enterprise=known, statement_id=number, now=NOW)


def test_a_statement_about_a_window_says_nothing_after_it(session: Session, known: Enterprise) -> None:
    state(session, known, ACCIDENT, value=True, on=date(2020, 7, 1))
    assert outcomes(session, known, date(2021, 6, 30))["HTE-08"] == "unmet"
    assert outcomes(session, known, date(2021, 7, 1))["HTE-08"] == "unknown"


def test_a_no_says_nothing_about_the_days_after_it(session: Session, known: Enterprise) -> None:
    """Nobody has spoken about the days since: the condition waits for a new check, and says of when the old one is."""
    state(session, known, ACCIDENT, value=False, on=date(2021, 6, 29))
    assert outcomes(session, known, date(2021, 6, 29))["HTE-08"] == "met"
    assert outcomes(session, known, DAY)["HTE-08"] == "unknown"
    gathered = gather(session, get_catalogue(session), known.id, DAY)
    (key,) = gathered.lapsed
    assert (key.code, gathered.lapsed[key].stated_on) == (ACCIDENT, date(2021, 6, 29))
    assert key not in gathered.sources
    state(session, known, ACCIDENT, value=False)
    gathered = gather(session, get_catalogue(session), known.id, DAY)
    assert not gathered.lapsed and gathered.sources[key].stated_on == DAY


@pytest.mark.parametrize(
    "fact",
    [
        ACCIDENT,
        "breach_in_two_years",
        "on_dishonesty_list",
        "larger_accident_in_three_years",
        "on_serious_breach_list",
    ],
)
def test_every_fact_of_a_window_of_days_is_checked_anew(session: Session, known: Enterprise, fact: str) -> None:
    state(session, known, fact, value=False, on=date(2021, 6, 1))
    gathered = gather(session, get_catalogue(session), known.id, DAY)
    assert [key.code for key in gathered.lapsed] == [fact]
    assert FactKey(fact) not in gathered.facts.known


def test_an_accident_stays_known_until_a_check_says_otherwise(session: Session, known: Enterprise) -> None:
    """Once a later check has denied it, the denial lapses like any other: then nothing is known."""
    state(session, known, ACCIDENT, value=True, on=date(2021, 5, 1))
    assert outcomes(session, known)["HTE-08"] == "unmet"
    state(session, known, ACCIDENT, value=False, on=date(2021, 6, 1))
    assert outcomes(session, known, date(2021, 6, 1))["HTE-08"] == "met"
    assert outcomes(session, known)["HTE-08"] == "unknown"


def test_an_accident_on_record_outlasts_every_statement(session: Session, known: Enterprise) -> None:
    event = ComplianceEvent(
        enterprise_id=known.id, happened_on=date(2021, 3, 1), kind="safety_accident", severity="major", summary="x"
    )
    session.add(event)
    state(session, known, ACCIDENT, value=False, on=date(2021, 6, 1))
    assert outcomes(session, known)["HTE-08"] == "unmet"
    assert not gather(session, get_catalogue(session), known.id, DAY).lapsed


def test_the_newest_statement_counts(session: Session, known: Enterprise) -> None:
    state(session, known, ACCIDENT, value=False, on=date(2021, 6, 1))
    state(session, known, ACCIDENT, value=True, on=date(2021, 6, 2))
    state(session, known, ACCIDENT, value=False, on=date(2021, 5, 1))
    assert outcomes(session, known)["HTE-08"] == "unmet"


def test_no_property_is_stated_never_guessed(session: Session, known: Enterprise) -> None:
    assert outcomes(session, known)["HTE-02"] == "unknown"
    state(session, known, "ip_class1", 0)
    state(session, known, "ip_class2_unused", 0)
    assert outcomes(session, known)["HTE-02"] == "unmet"


@pytest.mark.parametrize(
    ("fact", "value", "year", "on"),
    [
        ("registered_on", "2014-05-20", None, DAY),
        ("no_such_fact", True, None, DAY),
        (ACCIDENT, "no", None, DAY),
        (ACCIDENT, False, 2020, DAY),
        (ACCIDENT, False, None, date(2021, 7, 1)),
        ("conversions", 3, None, DAY),
        ("ip_advancement", 9, None, DAY),
    ],
)
def test_a_wrong_statement_is_refused(
    session: Session, known: Enterprise, fact: str, value: Any, year: int | None, on: date
) -> None:
    with pytest.raises(Invalid):
        state(session, known, fact, value, on, year)


def test_every_statement_is_one_event_of_the_firm(session: Session, known: Enterprise) -> None:
    state(session, known, "conversions", 3, year=2020)
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "enterprise.fact_stated")).all()
    assert [(event.subject_kind, event.enterprise_id) for event in events] == [("enterprise", known.id)]
    assert events[0].changes == {
        "statement": [None, "2020 年度科技成果转化项数：3 项（2021-06-30，市应急管理局复函（示例））"]
    }


# -- verdicts kept ------------------------------------------------------------------------------------------------------


def test_a_kept_verdict_is_explained_again_word_for_word(session: Session, known: Enterprise) -> None:
    state(session, known, ACCIDENT, value=False)
    state(session, known, "rd_domestic_share", {"low": "0.7", "high": "0.9"})
    kept = store_verdict(session, SYSTEM, known, CODE, DAY, "submitted", 47, NOW)
    db.commit(session)
    session.expire_all()
    known.registered_on = date(2021, 6, 1)
    session.flush()
    again = get_stored(session, known.id, kept.id)
    assert (again.case_id, again.reason, again.outcome) == (47, "submitted", "unknown")
    assert again.inputs[ACCIDENT]["sources"][0]["grounds"] == "市应急管理局复函（示例）"
    assert again.inputs["rd_domestic_share"]["value"] == {"low": "0.7", "high": "0.9"}
    assert explain_again(session, again) == again.result
    assert is_intact(session, again)
    again.result = again.result | {"outcome": "met"}
    assert not is_intact(session, again)
    assert outcomes(session, known)["HTE-01"] == "unmet"


def test_kept_verdicts_are_listed_newest_first_with_one_event_each(session: Session, known: Enterprise) -> None:
    first, second = (
        store_verdict(session, SYSTEM, known, CODE, DAY, reason, None, NOW) for reason in ("submitted", "decided")
    )
    db.commit(session)
    assert [row.id for row in list_stored(session, known.id, policy_code=CODE)] == [second.id, first.id]
    assert list_stored(session, known.id, on=date(2020, 1, 1)) == []
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "verdict.stored")).all()
    assert [(event.subject_kind, event.enterprise_id) for event in events] == [("verdict", known.id)] * 2


def test_the_catalogue_in_the_database_is_that_of_the_file(session: Session) -> None:
    assert dict(get_catalogue(session)) == dict(CATALOGUE)
    assert session.query(CataloguedFact).count() == len(CATALOGUE)
