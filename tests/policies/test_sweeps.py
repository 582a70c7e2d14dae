"""Sweeping the register: what is kept of each firm, what changed, going on after a stop, letting go of what is old."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, Enterprise, YearlyFigures
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from app.policies.domain.language.verdict import Evaluation
from app.policies.domain.values.outcome import Outcome
from app.policies.models import Sweep, SweepLine
from app.policies.schemas import PolicySettingInput, StatementInput
from app.policies.service.settings import set_parameter
from app.policies.service.statements import state_fact
from app.policies.service.verdicts import evaluate_all
from app.policies.sweeps import runner
from app.policies.sweeps.domain import EXPLAINED_UP_TO, KEPT_SWEEPS, FirmDecision, SweepStatus
from app.policies.sweeps.lists import LINES, SWEEPS, SweepFilter, SweepLineFilter, list_firms, of_sweep
from app.policies.sweeps.queries import counts_for, firms_for, get_sweep_visible_to
from app.policies.sweeps.service import resume_sweep, start_sweep, stop_sweep
from app.policies.sweeps.shortfalls import shortfall
from app.policies.words import both_languages
from tests.counts import Counts
from tests.factories.enterprises import firm, many_firms
from tests.policies.support import CODE, DAY
from tests.support.house import HOUSE

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
COUNTY = "429005"


def start(database: Database, *, on: date = DAY, region: str = COUNTY, actor: Actor = SYSTEM) -> int:
    with session_scope(database) as session:
        return start_sweep(session, actor=actor, now=NOW, on=on, region=region).id


def asked(session: Session, actor: Actor, swept: Sweep, **given: Any) -> tuple[Viewer, SweepLineFilter]:
    return Viewer(session, actor, DAY), SweepLineFilter(CODE, **given, **of_sweep(actor, swept))


def work(database: Database) -> None:
    Worker(JobContext(database, Path(), lambda: NOW), kinds_of(HOUSE)).run_waiting()


def sweep(database: Database, **given: Any) -> int:
    """A whole sweep; fails when its job failed."""
    key = start(database, **given)
    work(database)
    with read_scope(database) as session:
        job = session.get_one(Job, session.get_one(Sweep, key).job_id)
        assert (job.state, job.error) == (JobState.DONE, "")
    return key


def lines(session: Session, key: int, policy: str = CODE) -> dict[int, SweepLine]:
    found = session.scalars(select(SweepLine).where(SweepLine.sweep_id == key, SweepLine.policy_code == policy))
    return {line.enterprise_id: line for line in found}


def ticked(session: Session, actor: Actor, key: int, standing: str) -> set[int]:
    swept = session.get_one(Sweep, key)
    return {found.id for found in list_firms(*asked(session, actor, swept, standing=standing), 100)}


def state(session: Session, enterprise: Enterprise, fact: str, value: Any) -> None:
    data = StatementInput(fact_code=fact, year=None, value=value, stated_on=DAY, source="市应急管理局复函（示例）")
    state_fact(session, actor=SYSTEM, enterprise=enterprise, data=data, now=NOW)


@pytest.fixture
def firms(session: Session) -> list[Enterprise]:
    """Three firms: one too young, one with few R&D staff, one of which little is known; and one of another county."""
    young = firm(session, registered_on=date(2021, 1, 1), field_code="405")
    few = firm(session, field_code="405")
    figures = YearlyFigures(
        enterprise_id=few.id,
        year=2020,
        basis="HTE",
        source="special_audit",
        updated_at=NOW,
        staff_average_e4=1_000_000,
        rd_staff_average_e4=50_000,
    )
    session.add(figures)
    little = firm(session, registered_on=None)
    elsewhere = firm(session, region_code="420502001")
    db.commit(session)
    return [young, few, little, elsewhere]


# -- what is kept -------------------------------------------------------------------------------------------------------


def test_every_line_says_what_the_explaining_interpreter_says(
    database: Database, session: Session, firms: list[Enterprise]
) -> None:
    state(session, firms[1], "accident_in_last_year", value=True)
    db.commit(session)
    key = sweep(database, region="")
    for one in firms:
        found = session.scalars(
            select(SweepLine).where(SweepLine.sweep_id == key, SweepLine.enterprise_id == one.id)
        ).all()
        evaluations = {v.evaluation.policy.code: v.evaluation for v in evaluate_all(session, one, DAY)}
        assert {line.policy_code for line in found} == evaluations.keys()
        for line in found:
            agrees(line, evaluations[line.policy_code])


def agrees(line: SweepLine | FirmDecision, evaluation: Evaluation) -> None:
    """What is kept of a firm is what the explaining interpreter says; `missing` may name more."""
    unmet = evaluation.count(Outcome.UNMET)
    assert (line.outcome, line.unmet, line.unknown) == (evaluation.outcome, unmet, evaluation.count(Outcome.UNKNOWN))
    score = evaluation.score
    assert (line.score_low, line.score_high) == ((score.low, score.high) if score else (None, None))
    told = []
    for clause in evaluation.clauses:
        if clause.outcome is not Outcome.MET:
            explained = clause.outcome is Outcome.UNMET and unmet <= EXPLAINED_UP_TO
            words = both_languages(partial(shortfall, clause, evaluation.policy.catalogue)) if explained else {}
            told.append({"id": clause.condition.id, "outcome": clause.outcome.value, **words})
    assert list(line.open_clauses) == told
    assert {key.code for key in evaluation.missing} <= set(line.missing)
    assert bool(line.unknown) >= bool(line.missing)


def test_what_the_bureau_has_set_counts_where_it_is_set(
    database: Database, session: Session, actor: Callable[..., Actor], firms: list[Enterprise]
) -> None:
    """A setting of one township decides there and nowhere else."""
    code = "technical-upgrade-cultivation"
    other = firm(session, region_code="429005002")
    for one in (firms[1], other):
        for year, revenue in ((2018, 10**10), (2019, 10**10), (2020, 10**10)):
            figures = session.scalars(
                select(YearlyFigures).where(YearlyFigures.enterprise_id == one.id, YearlyFigures.year == year)
            ).first() or YearlyFigures(
                enterprise_id=one.id, year=year, basis="HTE", source="special_audit", updated_at=NOW
            )
            figures.sales_revenue_fen = revenue
            session.add(figures)
    given = {"name": "sales_growth_least", "value": "50 %", "effective_from": DAY, "document": "示例"}
    head = actor("section_head", "429005001")
    set_parameter(session, actor=head, policy_code=code, data=PolicySettingInput.model_validate(given), now=NOW)
    db.commit(session)
    found = lines(session, sweep(database), code)
    for one in (firms[1], other):
        evaluation = {v.evaluation.policy.code: v.evaluation for v in evaluate_all(session, one, DAY)}[code]
        agrees(found[one.id], evaluation)
    assert "sales_growth_least" in found[other.id].missing
    assert "sales_growth_least" not in found[firms[1].id].missing


def test_a_gap_is_told_in_both_languages(database: Database, session: Session, firms: list[Enterprise]) -> None:
    line = lines(session, sweep(database))[firms[1].id]
    short = next(clause for clause in line.open_clauses if clause["outcome"] == "unmet")
    assert (line.outcome, line.unmet) == ("unmet", 1)
    assert short == {"id": "HTE-04", "outcome": "unmet", "text": "还差 5 人", "text_en": "5 people short"}


def test_only_active_firms_of_the_region_are_swept(
    database: Database, session: Session, firms: list[Enterprise]
) -> None:
    session.execute(update(Enterprise).where(Enterprise.id == firms[0].id).values(disabled_on=DAY))
    db.commit(session)
    key = sweep(database)
    assert lines(session, key).keys() == {firms[1].id, firms[2].id}
    assert session.get_one(Sweep, key).total == 2


def test_a_certificate_that_ends_within_a_year(database: Database, session: Session, firms: list[Enterprise]) -> None:
    ends = {0: date(2022, 6, 30), 1: date(2022, 7, 1), 2: date(2021, 6, 29)}
    for at, expires_on in ends.items():
        certificate = Certificate(
            enterprise_id=firms[at].id,
            kind=CODE,
            number=f"GR20194200{at}",
            issued_on=date(2018, 7, 1),
            expires_on=expires_on,
        )
        session.add(certificate)
    db.commit(session)
    key = sweep(database)
    assert {one: line.lapses_on for one, line in lines(session, key).items()} == {
        firms[0].id: date(2022, 6, 30),
        firms[1].id: None,
        firms[2].id: None,
    }
    renewed = Certificate(
        enterprise_id=firms[0].id,
        kind=CODE,
        number="GR202042000009",
        issued_on=date(2021, 6, 1),
        expires_on=date(2024, 5, 31),
    )
    session.add(renewed)
    db.commit(session)
    assert lines(session, sweep(database))[firms[0].id].lapses_on is None


def test_one_event_tells_who_started_a_sweep_under_which_versions(
    database: Database, session: Session, firms: list[Enterprise]
) -> None:
    key = start(database)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "sweep.started")).one()
    assert (event.subject_id, event.region_code, event.data["on"]) == (str(key), COUNTY, DAY.isoformat())
    started = session.get_one(Sweep, key)
    assert event.data["versions"] == {code: kept["versions"] for code, kept in started.versions.items()}


def test_one_event_tells_of_a_finished_sweep(database: Database, session: Session, firms: list[Enterprise]) -> None:
    key = sweep(database)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "sweep.finished")).all()
    assert [(event.subject_id, event.data["firms"]) for event in events] == [(str(key), 3)]


# -- standings and differences --------------------------------------------------------------------------------------------


def test_standings(database: Database, session: Session, actor: Callable[..., Actor], firms: list[Enterprise]) -> None:
    who = actor()
    db.commit(session)
    key = sweep(database)
    young, few, little, _elsewhere = (one.id for one in firms)
    assert ticked(session, who, key, "") == {young, few, little}
    assert ticked(session, who, key, SweepStatus.DEPENDS) == {little}
    assert ticked(session, who, key, SweepStatus.FAILS) == {young, few}
    assert ticked(session, who, key, SweepStatus.ONE_SHORT) == {few}
    assert ticked(session, who, key, SweepStatus.ONLY_ONE) == set()
    assert ticked(session, who, key, SweepStatus.PASSES) == set()
    counts = counts_for(session, who, session.get_one(Sweep, key))[CODE]
    assert {name: counts[name] for name in ("firms", "new", "depends", "fails", "one", "only", "passes")} == {
        "firms": 3,
        "new": 3,
        "depends": 1,
        "fails": 2,
        "one": 1,
        "only": 0,
        "passes": 0,
    }


def test_the_difference_to_the_sweep_before(
    database: Database, session: Session, actor: Callable[..., Actor], firms: list[Enterprise]
) -> None:
    who = actor()
    db.commit(session)
    sweep(database)
    session.get_one(YearlyFigures, 1).rd_staff_average_e4 = 100_000
    newcomer = firm(session)
    db.commit(session)
    second = sweep(database)
    after = lines(session, second)
    assert {one: line.before for one, line in after.items()} == {
        firms[0].id: "unmet",
        firms[1].id: "unmet",
        firms[2].id: "unknown",
        newcomer.id: None,
    }
    assert after[firms[1].id].outcome == "unknown"
    assert ticked(session, who, second, SweepStatus.CHANGED) == {firms[1].id}
    assert ticked(session, who, second, SweepStatus.GAINED) == set()


def test_firms_that_wait_for_a_fact(
    database: Database, session: Session, actor: Callable[..., Actor], firms: list[Enterprise]
) -> None:
    who = actor()
    db.commit(session)
    swept = session.get_one(Sweep, sweep(database))
    assert LINES.count(*asked(session, who, swept, missing="core_field")).n == 1
    assert LINES.count(*asked(session, who, swept, missing="core_fiel")).n == 0
    assert LINES.count(*asked(session, who, swept, q="（示例）")).n == 3


# -- who sees what ----------------------------------------------------------------------------------------------------------


def test_an_officer_sees_the_own_region_of_a_wider_sweep(
    database: Database, session: Session, actor: Callable[..., Actor], firms: list[Enterprise]
) -> None:
    here, there = actor(), actor(region="4205")
    db.commit(session)
    wide, narrow = sweep(database, region="42"), sweep(database)
    swept = get_sweep_visible_to(session, there, wide)
    assert {found.id for found in list_firms(*asked(session, there, swept), 9)} == {firms[3].id}
    assert counts_for(session, there, swept)[CODE]["firms"] == 1
    assert counts_for(session, here, swept)[CODE]["firms"] == 3
    assert firms_for(there, swept, counts_for(session, there, swept)) == 1
    with pytest.raises(NotFound):
        get_sweep_visible_to(session, there, narrow)
    assert [row.id for row in SWEEPS.page(Viewer(session, there, DAY), SweepFilter()).items] == [wide]
    assert [row.id for row in SWEEPS.page(Viewer(session, here, DAY), SweepFilter()).items] == [narrow, wide]


def test_nobody_sweeps_beyond_the_own_region(session: Session, actor: Callable[..., Actor]) -> None:
    for who in (actor(), actor("leader", "")):
        with pytest.raises(Forbidden):
            start_sweep(session, actor=who, now=NOW, on=DAY, region="42")


@pytest.mark.parametrize(("on", "region"), [(date(1999, 1, 1), ""), (date(2023, 1, 1), ""), (DAY, "999999")])
def test_a_wrong_order_is_refused(session: Session, on: date, region: str) -> None:
    with pytest.raises(Invalid):
        start_sweep(session, actor=SYSTEM, now=NOW, on=on, region=region)


def test_a_region_is_swept_once_at_a_time(database: Database, session: Session) -> None:
    start(database)
    with pytest.raises(Conflict):
        start_sweep(session, actor=SYSTEM, now=NOW, on=DAY, region=COUNTY)


# -- stopping and going on ------------------------------------------------------------------------------------------------


def test_a_stopped_sweep_goes_on_without_loss_or_doubles(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = many_firms(session, 25)
    db.commit(session)
    monkeypatch.setattr(runner, "BATCH", 10)
    key = start(database)
    decided = runner._decide_batch

    def once(work_: Any, batch: Any) -> Any:
        with session_scope(database) as inside:
            stop_sweep(inside, actor=SYSTEM, now=NOW, sweep=inside.get_one(Sweep, key))
        monkeypatch.setattr(runner, "_decide_batch", decided)
        return decided(work_, batch)

    monkeypatch.setattr(runner, "_decide_batch", once)
    work(database)
    assert len(lines(session, key)) == 10
    session.expire_all()
    assert session.get_one(Sweep, key).finished_at is None
    resume_sweep(session, actor=SYSTEM, sweep=session.get_one(Sweep, key))
    db.commit(session)
    work(database)
    assert lines(session, key).keys() == set(ids)
    session.expire_all()
    assert session.get_one(Sweep, key).total == 25


def test_a_sweep_that_a_later_one_replaced_does_not_go_on(database: Database, session: Session) -> None:
    key = start(database)
    stop_sweep(session, actor=SYSTEM, now=NOW, sweep=session.get_one(Sweep, key))
    db.commit(session)
    sweep(database)
    with pytest.raises(Conflict):
        resume_sweep(session, actor=SYSTEM, sweep=session.get_one(Sweep, key))


def test_lines_of_old_sweeps_go_their_counts_stay(database: Database, session: Session) -> None:
    firm(session)
    db.commit(session)
    keys = [sweep(database) for _ in range(KEPT_SWEEPS + 1)]
    per_sweep = dict(session.execute(select(SweepLine.sweep_id, func.count()).group_by(SweepLine.sweep_id)).all())
    assert set(per_sweep) == set(keys[1:])
    oldest = session.get_one(Sweep, keys[0])
    assert oldest.counts["pruned"] and oldest.counts["policies"][CODE]["firms"] == 1


# -- many firms -----------------------------------------------------------------------------------------------------------


def test_a_batch_asks_as_often_for_ten_firms_as_for_a_hundred(
    database: Database, session: Session, count_queries: Callable[..., Any]
) -> None:
    sweep(database)
    asked = []
    for number in (10, 90):
        many_firms(session, number)
        db.commit(session)
        with count_queries() as queries:
            sweep(database)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_lists_go_by_an_index(
    database: Database, session: Session, explain: Callable[..., str], counts: Counts
) -> None:
    many_firms(session, counts.many_rows)
    db.commit(session)
    swept = session.get_one(Sweep, sweep(database))

    def plan(sort: str, **given: str) -> str:
        viewer, wanted = asked(session, SYSTEM, swept, **given)
        lines = LINES.select(viewer, wanted).order_by(*LINES.keyset(wanted, sort).order_by())
        found = explain(session, lines.limit(51))
        assert "SCAN sweep_line" not in found and "Seq Scan on sweep_line" not in found
        return found

    for standing in ("", *SweepStatus):
        nearest = plan("nearest", standing=standing)
        assert "ix_sweep_line_standing" in nearest or "uq_sweep_line" in nearest
        assert "TEMP B-TREE" not in nearest and "Sort" not in nearest
    for given in ({}, {"missing": "core_field"}, {"q": "浩口"}, {"region": "429005001"}):
        assert "sweep_line" in plan("name", **given)
