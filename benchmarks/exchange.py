"""The exchange at size: a whole snapshot against what the database can write, the feed, pages meanwhile, and pushing."""

import contextlib
import json
import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
from sqlalchemy import Table, create_engine, text

from app.composition.slices import compose
from app.enterprises.models import (
    Certificate,
    Enterprise,
    EnterpriseTag,
    FormerName,
    IntellectualProperty,
    YearlyFigures,
)
from app.kit.db import Database
from benchmarks import push
from benchmarks.measure import interleaved, table
from benchmarks.world import World, analyse, machine, make_world, serving, signed_in

SMALL_FIRMS = 1_000
PUSHED_FIRMS = 200
SNAPSHOT = "/api/v1/export/enterprises.ndjson"
MANIFEST_LENGTH = 2_000
PARTS = (FormerName, EnterpriseTag, YearlyFigures, IntellectualProperty, Certificate)


def multiply(world: World, firms: int) -> None:
    """Copy the demo firms with all their parts until there are so many; without events, which a snapshot does not read."""
    engine = create_engine(Database(world.url, compose()).url)
    with engine.begin() as connection:
        shift = connection.scalar(text("select max(id) from enterprise")) or 0
        have = connection.scalar(text("select count(*) from enterprise")) or 0
        for copy in range(1, -(-firms // have)):
            changed = {"id": f"id + {shift * copy}", "uscc": f"'9{copy:05d}' || substr(uscc, 7)"}
            connection.execute(_copies(Enterprise.__table__, changed, f"id <= {shift}"))
            for model in PARTS:
                number = {"number": f"number || '-{copy}'"} if model is Certificate else {}
                owner = {"enterprise_id": f"enterprise_id + {shift * copy}"} | number
                connection.execute(_copies(model.__table__, owner, f"enterprise_id <= {shift}"))
    engine.dispose()
    analyse(world.url)


def _copies(table: Any, changed: dict[str, str], where: str) -> Any:
    """An insert of the table's own rows with some columns changed; a key of its own is given anew."""
    assert isinstance(table, Table)
    names = [column.name for column in table.columns if column.name != "id" or "id" in changed]
    values = ", ".join(changed.get(name, name) for name in names)
    return text(f"insert into {table.name} ({', '.join(names)}) select {values} from {table.name} where {where}")


# -- a whole snapshot ------------------------------------------------------------------------------------------------------

_PLAIN = (
    "uscc, uscc_confirmed, name, registered_on, kind, capital_fen, capital_currency, legal_representative, industry_code, "
    "field_code, field_detail, region_code, park_code, address, business_scope, scale, above_scale, created_at, updated_at"
)
_LISTS = {
    "former_names": ("former_name", "name", "id"),
    "former_codes": ("former_code", "uscc", "id"),
    "tags": ("enterprise_tag", "tag, granted_on, expires_on", "tag"),
    "figures": (
        "yearly_figures",
        (
            "year, basis, source, sales_revenue_fen, total_income_fen, high_tech_income_fen, net_assets_fen, total_assets_fen, "
            "rd_personnel_fen, rd_direct_fen, rd_depreciation_fen, rd_amortisation_fen, rd_design_fen, rd_equipment_fen, "
            "rd_other_fen, rd_outsourced_domestic_fen, rd_outsourced_overseas_fen, staff_average_e4, rd_staff_average_e4"
        ),
        "year, basis, source",
    ),
    "properties": (
        "intellectual_property",
        "kind_code, ip_class, number, name, acquired_by, granted_on, expires_on",
        "kind_code, number",
    ),
    "certificates": ("certificate", "kind, number, issued_on, expires_on, revoked_on, case_number", "kind, number"),
}
BARE = "select row_to_json(e) from enterprise e where disabled_on is null"


def same_content() -> str:
    """The same fields and parts by one statement as somebody would write it, values as they are kept: amounts in 分, no mapping."""
    lists = ", ".join(
        f"(select coalesce(json_agg(p), '[]') from"
        f" (select {columns} from {part} where enterprise_id = e.id order by {order}) p) as {name}"
        for name, (part, columns, order) in _LISTS.items()
    )
    return f"select row_to_json(r) from (select {_PLAIN}, {lists} from enterprise e where disabled_on is null order by id) r"


@dataclass(frozen=True)
class Taken:
    """What came: lines, bytes, seconds, and seconds until the first byte."""

    lines: int
    size: int
    seconds: float
    first: float = 0.0


def copied(world: World, statement: str) -> Taken:
    """The lines that the database makes of a statement, read and counted."""
    engine = create_engine(Database(world.url, compose()).url)
    lines = size = 0
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        started = time.perf_counter()
        with driver.cursor().copy(f"copy ({statement}) to stdout") as copy:
            for block in copy:
                lines += 1
                size += len(block)
        taken = time.perf_counter() - started
    engine.dispose()
    return Taken(lines, size, taken)


def streamed(client: httpx.Client) -> Taken:
    """The snapshot over HTTP, read and counted; its manifest is held against what came."""
    started = time.perf_counter()
    first, lines, size, last = 0.0, 0, 0, b""
    with client.stream("GET", SNAPSHOT, headers={"accept-encoding": "identity"}) as answer:
        assert answer.status_code == httpx.codes.OK, answer.status_code
        for block in answer.iter_raw():
            first = first or time.perf_counter() - started
            lines += block.count(b"\n")
            size += len(block)
            last = (last + block)[-MANIFEST_LENGTH:]
    manifest = json.loads(last.splitlines()[-1])["manifest"]
    assert manifest["count"] == lines - 1, manifest
    return Taken(lines - 1, size, time.perf_counter() - started, first)


def _peak_memory(port: int) -> int:
    """The most memory that the server on that port has held so far, in MB."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            words = (status.parent / "cmdline").read_bytes().split(b"\0")
            if b"serve" in words and str(port).encode() in words:
                found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
                return int(found[1]) // 1024 if found else 0
    return 0


def _snapshot(world: World, base: str, client: httpx.Client, rounds: int) -> None:
    ways: dict[str, Callable[[], Taken]] = {"snapshot over HTTP": lambda: streamed(client)}
    if world.dialect == "postgresql":
        ways["COPY of the same content, one statement"] = lambda: copied(world, same_content())
        ways["COPY of the bare table"] = lambda: copied(world, BARE)
    port = urlsplit(base).port or 0
    before = _peak_memory(port)
    taken = {name: [way()] for name, way in ways.items()}  # what is kept after the first time is kept
    after = _peak_memory(port)
    for _round in range(rounds):
        for name, way in ways.items():
            taken[name].append(way())
    median = {name: statistics.median(each.seconds for each in found[1:]) for name, found in taken.items()}
    limit = median.get("COPY of the same content, one statement", next(iter(median.values())))
    table(
        f"Snapshot of {taken['snapshot over HTTP'][0].lines:,} firms, {world.dialect}; the server held {before} MB at most before, {after} MB after",
        ("way", "MB", "seconds", "rows/s", "x same content", "first byte ms"),
        [
            (
                name,
                f"{found[0].size / 1e6:.0f}",
                f"{median[name]:.2f}",
                f"{found[0].lines / median[name]:,.0f}",
                f"{median[name] / limit:.2f}",
                f"{statistics.median(each.first for each in found[1:]) * 1000:.0f}" if found[0].first else "",
            )
            for name, found in taken.items()
        ],
    )


# -- the feed, and pages meanwhile -----------------------------------------------------------------------------------------


def _feed(world: World, client: httpx.Client) -> None:
    """The whole feed from the beginning, page by page."""
    rows = []
    for limit in (100, 1_000):
        after, pages, items, started = 0, 0, 0, time.perf_counter()
        while True:
            answer = client.get("/api/v1/events", params={"after": after, "limit": limit}).json()
            pages, items = pages + 1, items + len(answer["items"])
            if answer["next"] == after:
                break
            after = answer["next"]
        taken = time.perf_counter() - started
        rows.append((f"{limit}", f"{pages}", f"{pages / taken:.1f}", f"{items / taken:,.0f}"))
    table(f"Feed, {world.dialect}, read to the end", ("limit", "pages", "pages/s", "items/s"), rows)


def _pages_meanwhile(world: World, base: str, client: httpx.Client, rounds: int) -> None:
    """A page alone, and while snapshots stream one after another."""
    rows = []
    with signed_in(base) as officer:
        for path in ("/enterprises", "/cases"):
            alone = interleaved({"page": lambda path=path: officer.get(path)}, rounds)["page"]  # type: ignore[misc]
            stop = threading.Event()
            reader = threading.Thread(target=_read_until, args=(client, stop))
            reader.start()
            meanwhile = interleaved({"page": lambda path=path: officer.get(path)}, rounds)["page"]  # type: ignore[misc]
            stop.set()
            reader.join()
            rows.append(
                (path, f"{alone.median * 1000:.0f}", f"{meanwhile.median * 1000:.0f}", f"{meanwhile.worst * 1000:.0f}")
            )
    table(f"Pages while a snapshot streams, {world.dialect}", ("page", "alone ms", "meanwhile ms", "worst ms"), rows)


def _read_until(client: httpx.Client, stop: threading.Event) -> None:
    while not stop.is_set():
        with client.stream("GET", SNAPSHOT, headers={"accept-encoding": "identity"}) as answer:
            for _block in answer.iter_raw():
                if stop.is_set():
                    break


# -- everything --------------------------------------------------------------------------------------------------------------


def run_push(dialect: str, pushed: int, rounds: int) -> None:
    """Pushing alone, on a deployment with about as many firms as are pushed."""
    with make_world(dialect, min(pushed, PUSHED_FIRMS)) as world:
        multiply(world, pushed)
        push.run(world, pushed, rounds)


def run(dialect: str, firms: int, pushed: int, rounds: int) -> None:
    """All tables on one deployment."""
    with make_world(dialect, min(firms, SMALL_FIRMS)) as world:
        multiply(world, firms)
        with serving(world) as base, machine(world, base) as client:
            _snapshot(world, base, client, min(rounds, 5))
            _feed(world, client)
            _pages_meanwhile(world, base, client, rounds)
        push.run(world, pushed, min(rounds, 5))
