"""Fixtures for every test: a fresh seeded database on both engines, the app on it, and somebody signed in."""

import gc
import os
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from sqlalchemy import Executable
from sqlalchemy.orm import Session

from app.cases.domain import numbers
from app.config import Settings
from app.doors.requests.deps import SESSION_COOKIE
from app.enterprises.domain.names import initials_of
from app.kit import db
from app.kit.actor import Actor
from app.kit.clock import start_of_day
from app.reference.calendar import last_published_year
from tests.counts import FULL, LEAST, REDUCED, Counts
from tests.support import budget, compiled, people, selection, statement_cover
from tests.support.client import Client
from tests.support.databases import DIALECTS, Templates
from tests.support.house import HOUSE
from tests.support.postgres import PostgresServer, PostgresUnavailableError
from tests.support.queries import counted_queries, plan_of
from tests.support.statements import Statement, recorded_statements

#: How long an example takes says something of the machine, not of us; what is slow is measured in benchmarks/.
settings.register_profile("yumiao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("yumiao")

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
"""The instant at which tests happen: 10 o'clock in Qianjiang on 30 June 2021."""

HERE = Path(__file__).parent

_TEMPLATES = pytest.StashKey[Templates]()


gc.disable()  # until all is loaded
compiled.share()
numbers._N = 2  # each case gets a query code: its hash, as a deployment makes it, took a third of opening the case


# -- the run ----------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("yumiao")
    group.addoption("--db", choices=[*DIALECTS, "both"], default="both", help="which databases to test on")
    group.addoption(
        "--long", action="store_true", help="run everything on both databases, the proofs at their full counts"
    )
    group.addoption(
        "--quick", action="store_true", help="run what needs SQLite at most: no page, no browser, no server"
    )


def _dialects(config: pytest.Config, path: Path = HERE, fixtures: Collection[str] = ()) -> list[str]:
    """Those of the run; of a test, those that the test at `path` with these fixtures is for."""
    option = config.getoption
    return selection.dialects_of(
        path.relative_to(HERE), fixtures, chosen=option("--db"), long=option("--long"), quick=option("--quick")
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    dialects = _dialects(metafunc.config, metafunc.definition.path, metafunc.fixturenames)
    for name in ("dialect", "target_dialect"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, dialects)
    if "demo_dialect" in metafunc.fixturenames:
        metafunc.parametrize("demo_dialect", dialects, scope="session")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Spare a quick run the loading of what it leaves out."""
    quick = config.getoption("--quick") and collection_path != HERE
    return True if quick and not selection.is_quick(collection_path.relative_to(HERE), ()) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a run has no time for: with `--quick` doors and servers, else what PostgreSQL is spared."""
    option = config.getoption
    if option("--quick"):
        chosen = [selection.is_quick(item.path.relative_to(HERE), _fixtures(item)) for item in items]
    elif option("--long") or option("--db") != "both" or statement_cover.RECORDING in os.environ:
        return
    else:
        chosen = [not _is_spared(item) for item in items]
    config.hook.pytest_deselected(items=[item for item, kept in zip(items, chosen, strict=True) if not kept])
    items[:] = [item for item, kept in zip(items, chosen, strict=True) if kept]


def _is_spared(item: pytest.Item) -> bool:
    given: dict[str, object] = item.callspec.params if hasattr(item, "callspec") else {}
    on_postgresql = given.get("dialect") == "postgresql"
    return on_postgresql and statement_cover.name_of(item.path.relative_to(HERE), item.name) in statement_cover.spared()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded stays: looking through it again and again for garbage took a quarter of a run."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 10, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Note how long each test works; how long it waits depends on what else the machine does."""
    before = budget.worked()
    try:
        yield
    finally:
        item.user_properties.append(("worked", budget.worked() - before))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which a test took longer than a test may on any machine is no success."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and _slow(terminal, budget.FAILS_ABOVE) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the tests that took longer than a test may."""
    if slow := _slow(terminalreporter):
        terminalreporter.section(f"worked above {budget.SECONDS:.0f} s and not listed in tests/support/budget.py")
        terminalreporter.line("\n".join(slow))


def _slow(terminal: Any, above: float = budget.SECONDS) -> list[str]:
    reports = [each for some in terminal.stats.values() for each in some if getattr(each, "when", "") == "call"]
    return budget.exceeded({each.nodeid: dict(each.user_properties).get("worked", 0.0) for each in reports}, above)


def _fixtures(item: pytest.Item) -> list[str]:
    return list(getattr(item, "fixturenames", ()))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal the tests out to the workers."""
    from tests.support.scheduling import ByDemo  # here, so that a run without workers needs no xdist

    return ByDemo(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist the controller builds the templates once and tells each worker where they are."""
    config = node.config
    if _TEMPLATES not in config.stash:
        config.stash[_TEMPLATES] = Templates(Path(config._tmp_path_factory.mktemp("templates")))
    templates = config.stash[_TEMPLATES]
    try:
        for dialect in _dialects(config):
            templates.prepare(dialect)
    except PostgresUnavailableError as error:
        pytest.exit(str(error), returncode=1)
    except Exception:
        traceback.print_exc()
        pytest.exit("the template databases could not be built", returncode=1)
    node.workerinput["templates"] = (
        str(templates.folder),
        templates.server.url if templates.server else None,
        templates.names,
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if _TEMPLATES in config.stash:
        config.stash[_TEMPLATES].close()


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """The run's templates: the controller's under xdist, else our own, closed at the end."""
    given = getattr(request.config, "workerinput", {}).get("templates")
    if given is not None:
        folder, url, names = given
        found = Templates(Path(folder))
        found.server = PostgresServer(url) if url else None
        found.names = names
        yield found
        found.hang_up()
        return
    found = Templates(tmp_path_factory.mktemp("templates"))
    yield found
    found.close()


@pytest.fixture(scope="session")
def counts(request: pytest.FixtureRequest) -> Counts:
    """How often this run repeats its proofs."""
    if request.config.getoption("--long"):
        return FULL
    return LEAST if request.config.getoption("--quick") else REDUCED


@pytest.fixture(scope="session", autouse=True)
def _loaded() -> None:
    """What the app loads when it is first used, is loaded before the first example of a property, which has a deadline."""
    last_published_year()
    initials_of("育苗")


# -- the database -----------------------------------------------------------------------------------------------------


def _prepared(templates: Templates, make: Callable[[], str]) -> str:
    try:
        return make()
    except PostgresUnavailableError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def database_url(dialect: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database, migrated and seeded."""
    url = _prepared(templates, lambda: templates.copy(dialect, tmp_path))
    yield url
    templates.drop(url)


@pytest.fixture
def empty_database_url(dialect: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a single table."""
    url = _prepared(templates, lambda: templates.create(dialect, tmp_path))
    yield url
    templates.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[db.Database]:
    """A fresh database, migrated and seeded."""
    found = db.Database(database_url, HOUSE, durable=False)
    yield found
    found.dispose()


@pytest.fixture
def session(database: db.Database) -> Iterator[Session]:
    """A writing session. It commits before each request of `client`; what is left over is rolled back."""
    with Session(database.engine, expire_on_commit=False) as opened:
        yield opened


# -- the app ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def now() -> datetime:
    """The instant at which tests happen."""
    return NOW


@pytest.fixture
def noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Noon of the module's `TODAY`, which was read when the run began: maybe before midnight."""
    with time_machine.travel(start_of_day(request.module.TODAY) + timedelta(hours=12)):
        yield


@pytest.fixture(scope="session")
def _settings() -> Settings:
    """What all test deployments have alike, validated once."""
    secret = "a secret that only the tests know 0123456789"
    return Settings(_env_file=None, env="test", secret_key=secret, worker=False)


@pytest.fixture
def settings(_settings: Settings, database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test deployment on the fresh database; no worker runs beside the tests."""
    return _settings.model_copy(update={"database_url": database_url, "data_dir": tmp_path / "data"})


@pytest.fixture(scope="session")
def _application(tmp_path_factory: pytest.TempPathFactory) -> tuple[FastAPI, dict[str, Any]]:
    """One application a worker and its first state: building its routes and templates anew takes longer than a test."""
    from app.main import create_app  # here, so that tests of the domain start without the web

    made = create_app(Settings(_env_file=None, env="test", data_dir=tmp_path_factory.mktemp("app"), worker=False))
    return made, dict(vars(made.state)["_state"])


@pytest.fixture
def app(_application: tuple[FastAPI, dict[str, Any]], settings: Settings, database: db.Database) -> FastAPI:
    """The whole application on the fresh database, with nothing left of what an earlier test put into its state."""
    from app.doors.requests.rate import RateLimiter

    application, first_state = _application
    limiter = RateLimiter(settings.api_rate_per_second, settings.api_burst)
    vars(application.state)["_state"] = first_state | {
        "settings": settings,
        "database": database,
        "owns_database": False,
        "rate_limiter": limiter,
    }
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return application


@pytest.fixture
def new_client(app: FastAPI, session: Session) -> Iterator[Callable[[], Client]]:
    """Makes clients: each is a browser of its own, with its own cookies."""
    opened: list[Client] = []

    def before_request() -> None:
        db.commit(session)
        session.expunge_all()

    def make() -> Client:
        client = Client(app, before_request)
        if not opened:
            client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened[:1]:
        client.__exit__()


@pytest.fixture
def client(new_client: Callable[[], Client]) -> Client:
    """A browser; nobody is signed in."""
    return new_client()


# -- people -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def actor(session: Session) -> Callable[..., Actor]:
    """`actor(role="caseworker", region="429005")`: an officer on file, as an Actor."""

    def make(role: str = "caseworker", region: str = "429005") -> Actor:
        return people.officer(session, role=role, region=region)

    return make


@pytest.fixture
def sign_in(client: Client, session: Session) -> Callable[..., Client]:
    """`sign_in(role="caseworker", region="429005")`: the client with such an officer signed in.

    `sign_in(enterprise_id=…)` signs a portal user of that firm in, `client=…` another client than the fixture's.
    """

    def make(
        role: str = "caseworker", region: str = "429005", *, enterprise_id: int | None = None, client: Client = client
    ) -> Client:
        if enterprise_id is None:
            who = people.officer(session, role=role, region=region)
        else:
            who = people.enterprise_user(session, enterprise_id=enterprise_id)
        client.cookies.set(SESSION_COOKIE, people.open_session(session, who))
        return client

    return make


# -- measuring --------------------------------------------------------------------------------------------------------


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as queries:` collects the statements sent inside the block, by any engine."""
    return counted_queries


@pytest.fixture
def record_statements() -> Callable[[], AbstractContextManager[list[Statement]]]:
    """The same with their parameters, so that `repeated` can name those sent twice."""
    return recorded_statements


@pytest.fixture
def explain() -> Callable[[Session, Executable], str]:
    """`explain(session, select)`: the database's plan as text."""
    return plan_of
