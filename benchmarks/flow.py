"""Import and export, rows per second, against what the database itself can do with the same rows."""

import csv
import hashlib
import json
import time
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, text

from app.composition.slices import compose
from app.demo.firms import make_firms
from app.kit.db import Database
from benchmarks.measure import table
from benchmarks.world import World, machine, make_world, serving

HEADER = ("企业名称", "统一社会信用代码", "注册日期", "企业类型", "法人代表", "注册资金", "经营范围", "注册地址")
FIELDS = ("name", "uscc", "registered_on", "kind", "legal_representative", "capital_text", "business_scope", "address")

#: Firms from here on have their number in the name, so that none of a list waits because another bears its name.
NUMBERED = 10_000_000


def run_import(dialect: str, rows: int) -> None:
    """`yumiao import enterprises` of a fictional list against COPY (or executemany) of the same eight columns."""
    with make_world(dialect, 0) as world:
        path = world.folder / "list.csv"
        write_list(path, rows, NUMBERED)
        raw = _raw_insert(world, path)
        started = time.perf_counter()
        said = world.run("import", "enterprises", str(path)).splitlines()[-1]
        imported = time.perf_counter() - started
        started = time.perf_counter()
        again = world.run("import", "enterprises", str(path)).splitlines()[-1]
        repeated = time.perf_counter() - started
    assert said.startswith(f"created={rows} "), said
    assert f"unchanged={rows} " in again, again
    table(
        f"Import of {rows:,} rows, {dialect} (journal, search index and process start included)",
        ("way", "rows/s", "× raw"),
        [
            ("raw: the eight columns alone", f"{rows / raw:,.0f}", "1"),
            ("yumiao import enterprises", f"{rows / imported:,.0f}", f"{imported / raw:.1f}"),
            ("the same file again", f"{rows / repeated:,.0f}", f"{repeated / raw:.1f}"),
        ],
    )


def write_list(path: Path, rows: int, start: int = 0) -> None:
    """A fictional list of so many firms; `start` numbers them, so that no two lists share one."""
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        for firm in make_firms(Random(7), rows, date(2021, 6, 30), start=start):
            writer.writerow([firm.enterprise[name] for name in FIELDS])


def _raw_insert(world: World, path: Path) -> float:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.reader(handle))[1:]
    engine = create_engine(Database(world.url, compose()).url)
    columns = ", ".join(f"c{index} text" for index in range(len(HEADER)))
    with engine.begin() as connection:
        connection.execute(text(f"create table raw_list ({columns})"))
        started = time.perf_counter()
        raw: Any = connection.connection.driver_connection
        if world.dialect == "postgresql":
            with raw.cursor().copy("copy raw_list from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            raw.executemany(f"insert into raw_list values ({','.join('?' * len(HEADER))})", rows)
    taken = time.perf_counter() - started
    engine.dispose()
    return taken


def run_export(world: World) -> None:
    """The NDJSON snapshot of all firms over HTTP against the database making JSON of the bare table."""
    raw_seconds, raw_rows = _raw_export(world)
    with serving(world) as base, machine(world, base) as client:
        started = time.perf_counter()
        first, lines, size, last, checksum = 0.0, 0, 0, b"", hashlib.sha256()
        with client.stream("GET", "/api/v1/export/enterprises.ndjson") as answer:
            for line in answer.iter_lines():
                first = first or time.perf_counter() - started
                if last:
                    checksum.update(last)
                last = line.encode() + b"\n"
                lines += 1
                size += len(last)
        taken = time.perf_counter() - started
    manifest = json.loads(last)["manifest"]
    assert manifest["count"] == lines - 1 == raw_rows, (manifest, lines, raw_rows)
    assert manifest["sha256"] == checksum.hexdigest()
    table(
        f"Export of {raw_rows:,} firms, {world.dialect} ({size / 1e6:.0f} MB with all parts of a record)",
        ("way", "rows/s", "× raw", "first byte ms"),
        [
            ("raw: the table's own columns as JSON", f"{raw_rows / raw_seconds:,.0f}", "1", ""),
            ("snapshot over HTTP", f"{raw_rows / taken:,.0f}", f"{taken / raw_seconds:.1f}", f"{first * 1000:.0f}"),
        ],
    )


def _raw_export(world: World) -> tuple[float, int]:
    engine = create_engine(Database(world.url, compose()).url)
    count = 0
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        started = time.perf_counter()
        if world.dialect == "postgresql":
            statement = "copy (select row_to_json(e) from enterprise e where disabled_on is null) to stdout"
            with raw.cursor().copy(statement) as copy:
                for block in copy:
                    count += bytes(block).count(b"\n")
        else:
            names = [row[1] for row in raw.execute("pragma table_info(enterprise)")]
            pairs = ", ".join(f"'{name}', {name}" for name in names)
            for _row in raw.execute(f"select json_object({pairs}) from enterprise where disabled_on is null"):
                count += 1
        taken = time.perf_counter() - started
    engine.dispose()
    return taken, count
