"""Casework at size: my day, section, list, board and case page with many cases and events, and a bulk move.

The same pages are asked for on a small deployment and on a large one: they must send the same number of queries. A
page's time is given as a ratio to its own queries sent bare, by the driver alone, in the same run.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2 as httpx
import structlog
from sqlalchemy import Engine, event, func, insert, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.accounts.models import Officer
from app.accounts.queries import actor_of
from app.cases.bulk.schemas import Assign, Move
from app.cases.bulk.service import JOB_KIND, place_order
from app.cases.models import CaseFile, Milestone, StageEntry
from app.composition.pages import compose_with_pages
from app.config import Settings
from app.doors.requests.deps import SESSION_COOKIE
from app.enterprises.models import Enterprise
from app.jobs.domain import this_process
from app.jobs.run import JobContext, execute, kinds_of, run_of
from app.jobs.service import claim
from app.journal.domain import PendingEvent, SubjectKey
from app.journal.models import JournalEvent
from app.journal.service import record_many
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import today, utc_now
from app.kit.db import Database, session_scope
from app.main import create_app
from benchmarks.measure import interleaved, table
from benchmarks.world import World, analyse, make_world
from tests.support import people

SMALL_FIRMS = 200
PROGRAMME = "high-tech-enterprise"
STAGES = ("pool", "intent", "preparation", "filing", "review")
BATCH = 1_000
BOUNDED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA", "SET")


def run(dialect: str, cases: int, events: int, moved: int, rounds: int) -> None:
    """All tables: pages on `cases` cases with `events` events, and a bulk move of `moved` cases."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with make_world(dialect, SMALL_FIRMS) as world:
        small = _asked(world)
        _grow(world, cases, events)
        _pages(world, small, cases, events, rounds)
        _bulk(world, moved)


# -- a large bureau ------------------------------------------------------------------------------------------------------


def _grow(world: World, cases: int, events: int) -> None:
    """Add fictional firms, cases of several years with their passages and milestones, and events to each."""
    database = Database(world.url, compose_with_pages())
    with session_scope(database) as session:
        officers = list(session.scalars(select(Officer.id).where(Officer.role == "caseworker").order_by(Officer.id)))
        version = session.scalar(
            select(CaseFile.programme_version).where(CaseFile.programme_code == PROGRAMME).limit(1)
        )
        first = (session.scalar(select(func.max(CaseFile.id))) or 0) + 1
        firms = _add_firms(session, max(1, cases // 5))
    for start in range(0, cases, BATCH):
        with session_scope(database) as session:
            numbers = range(start, min(start + BATCH, cases))
            _add_cases(session, [_case(first + n, n, firms, officers, str(version)) for n in numbers])
    have = _count_events(database)
    _add_events(database, first, cases, firms, max(0, events - have))
    database.dispose()
    analyse(world.url)


def _add_firms(session: Session, count: int) -> list[int]:
    first = (session.scalar(select(func.max(Enterprise.id))) or 0) + 1
    now = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)
    rows = [
        {
            "id": first + n, "uscc": f"91429099B{n:09d}", "name": f"潜江批量{n}号（示例）",
            "name_pinyin": f"qian jiang pi liang {n:07d}", "name_initials": f"qjpl{n}",
            "region_code": f"4290051{n % 10:02d}", "created_at": now, "updated_at": now,
        }
        for n in range(count)
    ]  # fmt: skip
    for start in range(0, count, BATCH):
        session.execute(insert(Enterprise), rows[start : start + BATCH])
    return [row["id"] for row in rows]


def _case(key: int, n: int, firms: list[int], officers: list[int], version: str) -> dict[str, Any]:
    year = 2017 + n % 5  # one open case a firm and year
    entered = date(year, 3, 1) + timedelta(days=n % 200)
    at = datetime(entered.year, entered.month, entered.day, 2, tzinfo=UTC)
    return {
        "id": key, "number": f"QJ-GQ-{year}-{900_000 + n}", "enterprise_id": firms[n // 5 % len(firms)],
        "programme_code": PROGRAMME, "programme_version": version, "year": year, "stage": STAGES[n % len(STAGES)],
        "stage_entered_on": entered, "state": "open", "opened_on": entered, "officer_id": officers[n % len(officers)],
        "next_due_on": entered + timedelta(days=90) if n % 3 else None, "created_at": at, "updated_at": at,
    }  # fmt: skip


def _add_cases(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(CaseFile), rows)
    entries, milestones = [], []
    for row in rows:
        for ordinal, stage in enumerate(STAGES[: STAGES.index(row["stage"]) + 1], 1):
            entries.append(
                {
                    "case_id": row["id"],
                    "ordinal": ordinal,
                    "stage": stage,
                    "action": "open",
                    "entered_on": row["opened_on"],
                }
            )
        if row["next_due_on"]:
            milestones.append(
                {
                    "case_id": row["id"], "code": "self-assessment", "title_zh": "企业自我评价", "title_en": "Self-assessment",
                    "planned_on": row["next_due_on"], "due_on": row["next_due_on"],
                }
            )  # fmt: skip
    session.execute(insert(StageEntry), entries)
    if milestones:
        session.execute(insert(Milestone), milestones)


def _add_events(database: Database, first: int, cases: int, firms: list[int], count: int) -> None:
    """Spread `count` events over the added cases, through the journal itself: positions, chain and all."""
    at = datetime(2021, 3, 1, 2, tzinfo=UTC)
    for start in range(0, count, BATCH * 5):
        with session_scope(database) as session:
            record_many(session, [_event(n, cases, firms, at) for n in range(start, min(start + BATCH * 5, count))])


def _event(n: int, cases: int, firms: list[int], at: datetime) -> PendingEvent:
    case = n % cases
    number = f"QJ-GQ-{2017 + case % 5}-{900_000 + case}"
    subject = SubjectKey("case", number, number, firms[case // 5 % len(firms)], f"4290051{case // 5 % 10:02d}")
    return PendingEvent(SYSTEM, at, "case.round_set", subject, {"round": (None, "rolling")}, {})


def _count_events(database: Database) -> int:
    with session_scope(database) as session:
        return session.scalar(select(func.count()).select_from(JournalEvent)) or 0


# -- pages -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The statements that a page sends, with their parameters."""

    statements: list[tuple[str, Any]]


@contextmanager
def _bureau(world: World) -> Iterator[tuple[TestClient, Database, dict[str, str]]]:
    """The application in this process with a section head signed in, and the addresses to ask for."""
    database = Database(world.url, compose_with_pages())
    settings = Settings(
        _env_file=None, env="test", database_url=world.url, data_dir=world.folder / "data", worker=False
    )  # type: ignore[call-arg]
    app = create_app(settings, database)
    with session_scope(database) as session:
        head = session.scalars(select(Officer).where(Officer.role == "section_head").limit(1)).one()
        secret = people.open_session(session, actor_of(head))
        number = session.scalar(select(CaseFile.number).where(CaseFile.stage == "review").order_by(CaseFile.id.desc()))
    client = TestClient(app, base_url="http://127.0.0.1:8000", cookies={SESSION_COOKIE: secret})
    pages = {
        "my day": "/",
        "all to-dos": "/desk/tasks",
        "section": "/desk/section",
        "cases": "/cases",
        "cases, overdue": "/cases?overdue=on",
        "board": f"/cases/board?programme={PROGRAMME}",
        "case page": f"/cases/{number}",
    }
    try:
        yield client, database, pages
    finally:
        client.close()
        database.dispose()


def _get(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == httpx.codes.OK, (path, answer.status_code)


def _captured(client: TestClient, path: str) -> Asked:
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(BOUNDED):
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        _get(client, path)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return Asked(found)


def _asked(world: World) -> dict[str, int]:
    """How many queries each page sends on the small deployment."""
    with _bureau(world) as (client, _database, pages):
        for path in pages.values():
            _get(client, path)  # what is kept after the first call is kept
        return {name: len(_captured(client, path).statements) for name, path in pages.items()}


def _pages(world: World, small: dict[str, int], cases: int, events: int, rounds: int) -> None:
    with _bureau(world) as (client, database, pages):
        for path in pages.values():
            _get(client, path)
        asked = {name: _captured(client, path) for name, path in pages.items()}
        calls: dict[str, Callable[[], object]] = {}
        for name, path in pages.items():
            calls[name] = lambda path=path: _get(client, path)  # type: ignore[misc]
            calls[f"bare {name}"] = lambda asked=asked[name]: _bare(database, asked)  # type: ignore[misc]
        found = interleaved(calls, rounds)
    table(
        f"Casework, {world.dialect}: {cases:,} cases, {events:,} events",
        ("page", "queries small / large", "median ms", "bare queries ms", "× bare"),
        [
            (
                name,
                f"{small[name]} / {len(asked[name].statements)}",
                f"{found[name].median * 1000:.1f}",
                f"{found[f'bare {name}'].median * 1000:.1f}",
                f"{found[name].median / found[f'bare {name}'].median:.1f}",
            )
            for name in pages
        ],
    )


def _bare(database: Database, asked: Asked) -> None:
    """The page's queries by the driver alone: sent, and all rows fetched."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement, parameters in asked.statements:
            cursor.execute(statement, parameters)
            if cursor.description is not None:
                cursor.fetchall()
        connection.rollback()
    finally:
        connection.close()


# -- a bulk move -----------------------------------------------------------------------------------------------------------


def _bulk(world: World, count: int) -> None:
    """`count` cases moved by one order, against the same step taken case by case, each in a transaction of its own."""
    database = Database(world.url, compose_with_pages())
    with session_scope(database) as session:
        head = actor_of(session.scalars(select(Officer).where(Officer.role == "section_head").limit(1)).one())
        wanted = select(CaseFile.number).where(CaseFile.stage == "pool", CaseFile.number.like("%-9_____"))
        numbers = list(session.scalars(wanted.order_by(CaseFile.id).limit(count + 200)))
    singles, together = numbers[:200], numbers[200:]
    order = Move(programme=PROGRAMME, action="confirm-intent")
    alone = _seconds(lambda: [_carry_out(world, database, head, order, [number]) for number in singles])
    at_once = _seconds(lambda: _carry_out(world, database, head, order, together))
    database.dispose()
    rate_alone, rate = len(singles) / alone, len(together) / at_once
    table(
        f"Bulk move, {world.dialect}",
        ("what", "cases/s", "× one by one"),
        [
            ("each its own order", f"{rate_alone:.0f}", "1"),
            (f"one order of {len(together):,} ({at_once:.0f} s)", f"{rate:.0f}", f"{rate / rate_alone:.1f}"),
        ],
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _carry_out(world: World, database: Database, actor: Actor, order: Move | Assign, numbers: list[str]) -> None:
    """Place the order and do it here, as the server's worker would."""
    owner, now = this_process(), utc_now()
    around = JobContext(database, world.folder / "data")
    with session_scope(database) as session:
        job = place_order(session, actor=actor, now=now, order=order, numbers=numbers, title=f"benchmark {today(now)}")
    with session_scope(database) as session:
        claimed = claim(session, job_id=job.id, owner=owner, now=now)
        assert claimed is not None
        run_here = run_of(claimed, around, owner)
    execute(run_here, kinds_of(compose_with_pages())[JOB_KIND].function)
    with session_scope(database) as session:
        done = session.get_one(type(job), job.id)
        refused = [row for row in done.result.get("results", []) if row[1]]
        assert done.state == "done" and not refused, (done.state, done.error, refused[:3])
