"""Running a sweep: batch by batch, each with its lines and its checkpoint in one transaction."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from app.enterprises.likely import likely_within
from app.enterprises.models import Certificate, Enterprise
from app.enterprises.queries import candidates, valid_on
from app.jobs.run import Run
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.ahead import one_ahead
from app.kit.bulk import insert_rows
from app.kit.db import read_scope, session_scope
from app.kit.facts.owners import Owners
from app.kit.membership import one_of
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.models import Sweep, SweepLine
from app.policies.queries import get_catalogue
from app.policies.service.fact_sources import read_columns
from app.policies.sweeps import events
from app.policies.sweeps.decisions import FirmBatch
from app.policies.sweeps.domain import BATCH, KEPT_SWEEPS, FirmDecision, in_a_year
from app.policies.sweeps.queries import count_statuses
from app.policies.sweeps.rulebook import Rulebook, by_rule

_DELETED_AT_ONCE = 10_000
_LINES = cast(Table, SweepLine.__table__)  # as a table: the mapper would send rows with and without a score apart

Line = dict[str, Any]


@dataclass
class _SweepContext:
    """What does not change while one sweep runs."""

    run: Run
    sweep: Sweep
    rulebook: Rulebook
    catalogue: Catalogue
    total: int


def sweep_all(run: Run) -> Mapping[str, Any]:
    """The job: decide the firms after the checkpoint, count, note the end, let go of old lines."""
    with read_scope(run.around.database) as session:
        sweep = session.get_one(Sweep, int(run.params["sweep"]))
        work = _SweepContext(run, sweep, Rulebook(session, sweep), get_catalogue(session), _count_firms(session, sweep))
    if sweep.finished_at is None:
        _take_batches(work)
        sweep.counts = _finish(work)
    _prune(run, sweep)
    return dict(sweep.counts)


def _take_batches(work: _SweepContext) -> None:
    run = work.run
    done = int(run.checkpoint.get("done", 0))
    run.between_batches(done, work.total)
    with one_ahead(_decided(work, int(run.checkpoint.get("after", 0)))) as batches:
        for firms, lines in batches:
            done += len(firms)
            with session_scope(run.around.database) as session:
                insert_rows(session, _LINES, lines)
                checkpoint = {"after": max(firms), "done": done}
                run.save(session, checkpoint=checkpoint, done=done, total=max(done, work.total))
            run.between_batches(done, max(done, work.total))


def _decided(work: _SweepContext, after: int) -> Iterator[tuple[Collection[int], Iterator[Line]]]:
    """The firms beyond `after`, batch by batch, with their lines: each decided while the database takes in the one before."""
    while batch := _next_batch(work, after):
        yield batch, _decide_batch(work, batch)
        after = max(batch)


def _firms(sweep: Sweep) -> tuple[Any, ...]:
    return candidates(), likely_within(Enterprise.region_code, sweep.region_prefix)


def _count_firms(session: Session, sweep: Sweep) -> int:
    return session.scalar(select(func.count()).select_from(Enterprise).where(*_firms(sweep))) or 0


def _next_batch(work: _SweepContext, after: int) -> dict[int, str]:
    """The next firms by id, each with its region."""
    statement = select(Enterprise.id, Enterprise.region_code).where(Enterprise.id > after, *_firms(work.sweep))
    with read_scope(work.run.around.database) as session:
        return dict(session.execute(statement.order_by(Enterprise.id).limit(BATCH)).all())


# -- one batch ----------------------------------------------------------------------------------------------------------


def _decide_batch(work: _SweepContext, batch: Mapping[int, str]) -> Iterator[Line]:
    """The lines of these firms. Reading takes one snapshot and never the write lock."""
    sweep = work.sweep
    with read_scope(work.run.around.database) as session:
        rules = {key: work.rulebook.rules_for(session, region) for key, region in batch.items()}
        firms = Owners(batch.keys())
        columns = read_columns(session, work.catalogue, firms, sweep.on_day)
        before = _before(session, sweep, batch)
        ending = _ending(session, sweep, firms)
    deciding = FirmBatch(firms.ids, columns, sweep.on_day)
    decided = [(rule.policy.code, deciding.decide(rule, keys)) for rule, keys in by_rule(rules).items()]
    return (
        _line(sweep.id, (key, code), one, ending.get((key, code)), before.get((key, code)))
        for code, of_rule in decided
        for key, one in of_rule
    )


def _line(
    sweep_id: int, about: tuple[int, str], decided: FirmDecision, lapses_on: date | None, before: str | None
) -> Line:
    return {
        "sweep_id": sweep_id,
        "enterprise_id": about[0],
        "policy_code": about[1],
        **decided._asdict(),
        "lapses_on": lapses_on,
        "before": before,
    }


def _before(session: Session, sweep: Sweep, keys: Mapping[int, str]) -> dict[tuple[int, str], str]:
    """How these firms stood in the sweep before."""
    if sweep.previous_id is None:
        return {}
    line = _LINES.c
    statement = select(line.enterprise_id, line.policy_code, line.outcome).where(
        line.sweep_id == sweep.previous_id,
        line.policy_code.in_(sweep.versions),
        line.enterprise_id.between(min(keys), max(keys)),
    )
    return {(key, code): outcome for key, code, outcome in session.execute(statement)}


def _ending(session: Session, sweep: Sweep, firms: Owners) -> dict[tuple[int, str], date]:
    """When what a firm holds under a policy ends, where that is within a year: no later certificate of the kind is valid."""
    last = func.max(Certificate.expires_on)
    endless = func.count() - func.count(Certificate.expires_on)
    statement = (
        select(Certificate.enterprise_id, Certificate.kind, last)
        .where(
            one_of(Certificate.enterprise_id, firms.listed),
            Certificate.kind.in_(sweep.versions),
            valid_on(sweep.on_day),
        )
        .group_by(Certificate.enterprise_id, Certificate.kind)
        .having(endless == 0, last <= in_a_year(sweep.on_day))
    )
    return {(key, kind): day for key, kind, day in session.execute(statement) if day is not None}


# -- the end --------------------------------------------------------------------------------------------------------------


def _finish(work: _SweepContext) -> dict[str, Any]:
    run, sweep = work.run, work.sweep
    now = run.now()
    with session_scope(run.around.database) as session:
        counts = {"policies": count_statuses(session, sweep)}
        done = session.scalar(
            select(func.count(SweepLine.enterprise_id.distinct())).where(SweepLine.sweep_id == sweep.id)
        )
        session.execute(
            update(Sweep).where(Sweep.id == sweep.id).values(counts=counts, total=done or 0, finished_at=now)
        )
        record(
            session,
            actor=run.actor,
            now=now,
            type=events.FINISHED,
            subject=SubjectKey("sweep", str(sweep.id), sweep.on_day.isoformat(), region_code=sweep.region_prefix),
            data={"on": sweep.on_day, "firms": done or 0, "versions": _versions(sweep), **counts},
        )
    return counts


def _versions(sweep: Sweep) -> dict[str, Any]:
    return {code: kept["versions"] for code, kept in sweep.versions.items()}


def _prune(run: Run, sweep: Sweep) -> None:
    """Let go of the lines of sweeps of the region beyond the newest finished ones; their counts stay."""
    with read_scope(run.around.database) as session:
        of_region = select(Sweep).where(Sweep.region_prefix == sweep.region_prefix, Sweep.id <= sweep.id)
        rows = list(session.scalars(of_region.order_by(Sweep.id.desc())))
    kept = {row.id for row in [row for row in rows if row.finished_at or row.id == sweep.id][:KEPT_SWEEPS]}
    for row in rows:
        if row.id not in kept and not row.counts.get("pruned"):
            _delete_lines(run, row.id)
            with session_scope(run.around.database) as session:
                session.get_one(Sweep, row.id).counts = {**row.counts, "pruned": True}


def _delete_lines(run: Run, sweep_id: int) -> None:
    """Delete in steps, so that nobody waits long for the database."""
    some = select(SweepLine.id).where(SweepLine.sweep_id == sweep_id).limit(_DELETED_AT_ONCE)
    gone = 1
    while gone:
        with session_scope(run.around.database) as session:
            statement = delete(SweepLine).where(SweepLine.id.in_(some)).execution_options(synchronize_session=False)
            gone = session.execute(statement).rowcount  # type: ignore[attr-defined]
