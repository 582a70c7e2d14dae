"""All seeds of a run are published or none, and no file stops a service that ran."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from app.composition.migrations import migrate
from app.composition.seeds import seed_or_go_on
from app.journal.models import JournalEvent
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope
from app.kit.errors import SeedError
from app.programmes.models import ProgrammeVersion
from app.reference.models import Park
from tests.programmes.files import SEEDS, how_to_example, write
from tests.support.client import Client
from tests.support.house import HOUSE

CODE = "example-base"
#: One file of each slice that has seeds.
FILES = {
    "reference": "reference/terms.yaml",
    "policies": "policies/facts.yaml",
    "programmes": "programmes/maker-space/broken.yaml",
    "incentives": "incentives/42/broken/2026-01-01.yaml",
    "targets": "plans/broken.yaml",
    "commissioners": "commissioners/programmes.yaml",
    "engagement": "engagement/period.yaml",
}


def _break(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # a link to the shipped one
    file.write_text(text, encoding="utf-8")


def _link(source: str, target: str) -> None:
    Path(target).symlink_to(source)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """The shipped seeds, and one more programme that is right and not published yet."""
    folder = tmp_path / "seeds"
    shutil.copytree(SEEDS, folder, copy_function=_link)
    write(folder, code=CODE, version="2026-01-01", text=how_to_example())
    return folder


def published(database: Database) -> tuple[int, int, int]:
    """How many versions of the new programme there are, how many events, how many verified parks."""
    with read_scope(database) as session:
        rows = (
            select(ProgrammeVersion.id).where(ProgrammeVersion.code == CODE),
            select(JournalEvent.position),
            select(Park.code).where(Park.verified),
        )
        versions, events, parks = (len(session.scalars(each).all()) for each in rows)
    return versions, events, parks


@pytest.mark.parametrize("slice_name", FILES)
def test_a_wrong_file_of_any_slice_is_told_and_nothing_of_the_run_is_published(
    database: Database, seeds: Path, slice_name: str
) -> None:
    before, now = published(database), utc_now()
    _break(seeds / FILES[slice_name], "facts: [\n")
    with structlog.testing.capture_logs() as lines:
        refusal = seed_or_go_on(database, seeds, now)
    assert Path(FILES[slice_name]).name in refusal
    (line,) = [line for line in lines if line["log_level"] == "error"]
    assert (line["reason"], line["exc_info"]) == (refusal, None), "a SeedError, as foreseen"
    assert published(database) == before


def test_what_came_before_in_the_run_is_taken_back_and_comes_with_the_mended_file(
    database: Database, seeds: Path, now: datetime
) -> None:
    before = published(database)
    parks = (SEEDS / "reference" / "parks.yaml").read_text(encoding="utf-8")
    _break(seeds / "reference" / "parks.yaml", parks.replace("verified: false", "verified: true"))
    plan = (SEEDS / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
    second = seeds / "plans" / "another-2021.yaml"
    _break(second, plan.replace("code: qianjiang-2021", "code: another-2021"))
    refusal = seed_or_go_on(database, seeds, now)
    assert "another-2021.yaml" in refusal
    assert "year: 429005 has a plan of 2021, 'qianjiang-2021'" in refusal
    assert published(database) == before
    second.unlink()
    assert seed_or_go_on(database, seeds, now) == ""
    versions, events, parks = published(database)
    assert versions == before[0] + 1
    assert events > before[1]
    assert parks > before[2]


@pytest.mark.parametrize("damage", ["missing", "binary", "a name too long for its column"])
def test_no_file_stops_a_service_that_ran(database: Database, seeds: Path, now: datetime, damage: str) -> None:
    programmes = seeds / "commissioners" / "programmes.yaml"
    if damage == "missing":
        shutil.rmtree(seeds / "reference")
    elif damage == "binary":
        programmes.unlink()
        programmes.write_bytes(bytes(range(256)))
    else:
        text = (SEEDS / "plans" / "qianjiang-2021.yaml").read_text(encoding="utf-8")
        text = text.replace("code: qianjiang-2021", "code: other-2030").replace("year: 2021", "year: 2030")
        _break(seeds / "plans" / "other-2030.yaml", text.replace("潜科文〔2021〕8号", "号" * 100))
    told = seed_or_go_on(database, seeds, now)
    assert told or (damage.startswith("a name") and database.dialect == "sqlite"), "SQLite has no longest text"


def test_nothing_is_served_where_nothing_is_published(empty_database_url: str, seeds: Path, now: datetime) -> None:
    database = Database(empty_database_url, HOUSE)
    try:
        migrate(database)
        _break(seeds / FILES["targets"], "code: [\n")
        with pytest.raises(SeedError):
            seed_or_go_on(database, seeds, now)
    finally:
        database.dispose()


def test_the_page_of_the_system_tells_it(sign_in: Callable[..., Client]) -> None:
    client = sign_in("administrator")
    assert "规则文件有误" not in client.get("/system").text
    client.app.state.seed_refusal = "seeds/plans/another-2021.yaml:5: year: <b>no</b>"
    shown = client.get("/system").text
    assert "规则文件有误" in shown
    assert "another-2021.yaml:5: year: &lt;b&gt;no&lt;/b&gt;" in shown
