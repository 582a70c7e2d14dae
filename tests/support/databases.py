"""Templates built by Alembic and the seeding, kept between runs, and a fresh copy of them for each test."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.composition.migrations import migrate
from app.composition.seeds import seed_all
from app.kit.db import Database
from tests.support import kept, postgres
from tests.support.house import HOUSE

ROOT = Path(__file__).parent.parent.parent
SEEDED_AT = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)
DIALECTS = ("sqlite", "postgresql")
TEMPLATE = "yumiao_template"


def build(url: str) -> None:
    """Migrate and seed the database at `url`, as a deployment does."""
    database = Database(url, HOUSE, durable=False)
    try:
        migrate(database)
        seed_all(database, ROOT / "seeds", SEEDED_AT)
    finally:
        database.dispose()


class Templates:
    """Where this run's templates and its PostgreSQL server are; each is made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: postgres.PostgresServer | None = None
        self.names: dict[str, str] = {}
        self._failures: set[str] = set()
        self._line: psycopg.Connection | None = None
        self._sources = ""

    def prepare(self, dialect: str) -> str:
        """The template of `dialect` (a file, or a database's name), built on the first call."""
        if dialect in self._failures:
            raise RuntimeError(f"the {dialect} template could not be built, see the first failure")
        if dialect not in self.names:
            try:
                self.names[dialect] = self._sqlite() if dialect == "sqlite" else self._postgresql()
            except Exception:
                self._failures.add(dialect)
                raise
        return self.names[dialect]

    def postgres_url(self) -> str:
        """The address of this run's server, started on the first call."""
        if self.server is None:
            self.server = postgres.start(self._fingerprint())
        return self.server.url

    def copy(self, dialect: str, folder: Path) -> str:
        """A fresh copy of the template; returns its address."""
        template = self.prepare(dialect)
        if dialect == "sqlite":
            path = folder / "yumiao.db"
            shutil.copyfile(template, path)
            return f"sqlite:///{path}"
        return self.create_database(template)

    def create(self, dialect: str, folder: Path) -> str:
        """An empty database without any table; returns its address."""
        if dialect == "sqlite":
            return f"sqlite:///{folder / f'empty-{uuid4().hex[:8]}.db'}"
        return self.create_database("template0")

    def create_database(self, template: str) -> str:
        """A PostgreSQL database made from `template`."""
        name = f"yumiao_test_{uuid4().hex[:12]}"
        self._administer(sql.SQL("create database {} template {} strategy file_copy"), name, template)
        return database_url(self.postgres_url(), name)

    def drop(self, url: str) -> None:
        """Remove a database that `copy` or `create` made."""
        address = make_url(url)
        if address.get_backend_name() == "postgresql" and address.database is not None:
            self._administer(sql.SQL("drop database if exists {} with (force)"), address.database)

    def close(self) -> None:
        """Drop the PostgreSQL template and stop the server."""
        if "postgresql" in self.names and self.server is not None and self.server.process is None:
            self._administer(sql.SQL("drop database if exists {} with (force)"), self.names["postgresql"])
        self.hang_up()
        if self.server is not None:
            self.server.stop()

    def hang_up(self) -> None:
        """End what was begun with the server; it goes on."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _fingerprint(self) -> str:
        if not self._sources:
            self._sources = kept.fingerprint()
        return self._sources

    def _sqlite(self) -> str:
        name = f"sqlite-{self._fingerprint()}"
        path = self.folder / "template.db"
        found = kept.find(name)
        if found is not None:
            shutil.copyfile(found / path.name, path)
        else:
            build(f"sqlite:///{path}")
            kept.keep(name, lambda draft: shutil.copyfile(path, draft / path.name))
        return str(path)

    def _postgresql(self) -> str:
        """The template's name: one that came with the server's kept data, else built, on a server of our own to be kept."""
        self.postgres_url()
        assert self.server is not None
        if self.server.holds_template:
            return TEMPLATE
        if self.server.process is None:
            url = self.create_database("template0")
            build(url)
            return str(make_url(url).database)
        self._administer(sql.SQL("create database {} template template0"), TEMPLATE)
        build(database_url(self.server.url, TEMPLATE))
        self.hang_up()
        self.server.keep()
        return TEMPLATE

    def _administer(self, statement: sql.SQL, *names: str) -> None:
        """On one connection for all: a new one costs the server as much as dropping a database."""
        if self._line is None:
            address = self.postgres_url().replace("postgresql+psycopg://", "postgresql://")
            self._line = psycopg.connect(address, autocommit=True)
        self._line.execute(statement.format(*map(sql.Identifier, names)))


def database_url(server_url: str, name: str) -> str:
    """The address of the database `name` on the server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
