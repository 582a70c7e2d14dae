"""Beside a peer: Yumiao and a stock Django on the same rows in the same database server, in turn, as ratios against goals.

What each row measures is told in benchmarks/README.md.
"""

import itertools
import json
import resource
import secrets
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import httpx2 as httpx
from sqlalchemy import create_engine, text

from app.composition.slices import compose
from app.kit.db import Database
from benchmarks import exchange, flow
from benchmarks.burst import AT_ONCE, bursts
from benchmarks.goals import HEADER, Goal, Row
from benchmarks.load import Load, Request, Side, drive, quantile
from benchmarks.measure import table
from benchmarks.peers.stock import WORKERS, make_stock
from benchmarks.stage import MANY, Size, Stage, compared, late, median, ms, per_second, rows_per_second, seconds, turns
from benchmarks.world import World, cookie_of, machine, make_world, served, signed_in
from tests.support.forms import form_to

#: How a word is looked for, and the word; codes of the demo begin alike, so that a piece of one is found in many.
WORDS = {"two characters": "科技", "four characters": "生物科技", "pinyin": "niuhuang", "piece of a code": "99MAX0000"}
#: What the API of either side sends of a firm.
SHARED = (
    "uscc,uscc_confirmed,name,registered_on,kind,capital,capital_currency,legal_representative,industry_code,"
    "field_code,field_detail,region_code,park_code,address,business_scope,scale,above_scale,created_at,updated_at"
)


def run(firms: int, size: Size) -> list[str]:
    """Fill, serve, measure both in turn, print one table; returns the work in which a goal is missed by far on any machine."""
    with make_world("postgresql", firms) as world:
        rows = beside(world, size)
    table(f"Beside a stock Django, {firms:,} firms, PostgreSQL", HEADER, [row.cells() for row in rows])
    return [row.work for row in rows if row.lost]


def beside(world: World, size: Size) -> list[Row]:
    """The rows of the table, read on a filled world."""
    stock = make_stock(world)
    with ExitStack() as stack:
        ours, peer = stack.enter_context(served(world, WORKERS)), stack.enter_context(stock.served())
        browser = stack.enter_context(signed_in(ours.base))
        api = {"authorization": machine(world, ours.base).headers["authorization"]}
        firms = itertools.cycle(_codes(world))
        stage = Stage(world, stock, size, ours, peer, {"cookie": cookie_of(browser)}, api, firms)
        for part in (_lists, _records, _searches, _files, _snapshot, _writes, _processes):
            part(stage)
    _imports(stage)
    return stage.rows


# -- lists, records, search --------------------------------------------------------------------------------------------------


def _lists(stage: Stage) -> None:
    region, trade, count = _busiest(stage.world)
    ours = "/enterprises?" + urlencode({"region": region, "field": trade, "sort": "-capital"})
    chosen = {"region_code": region, "field_code": trade}
    admin = "/admin/register/company/?" + urlencode(chosen | {"o": "-4"})
    rest = "/api/companies/?" + urlencode(chosen | {"ordering": "-capital_fen", "limit": "50"})
    for at_once in (1, MANY):
        read = turns(
            {
                "ours": stage.reader(stage.ours, ours, stage.web, at_once),
                "admin": stage.reader(stage.peer, admin, stage.admin, at_once),
                "rest": stage.reader(stage.peer, rest, stage.rest, at_once),
            },
            stage.size.rounds,
        )
        work = f"list page, {min(count, 50)} rows, two filters, by capital, {at_once} at once"
        for peer, least in (("admin", 5), ("rest", 1)):
            goal = Goal(least) if at_once == MANY else None
            stage.add(f"{work}, × {peer}", compared(read["ours"], read[peer], per_second), goal)
    own, other = (median(read[side], lambda load: load.cpu_ms) for side in ("ours", "admin"))
    stage.add_ms("CPU of a list page", own, other, 20)


def _records(stage: Stage) -> None:
    path = "/api/v1/enterprises?" + urlencode({"limit": 50, "fields": SHARED})
    for at_once in (1, MANY):
        read = turns(
            {
                "ours": stage.reader(stage.ours, path, stage.api, at_once),
                "rest": stage.reader(stage.peer, "/api/companies/?limit=50", stage.rest, at_once),
            },
            stage.size.rounds,
        )
        found = compared(read["ours"], read["rest"], per_second)
        stage.add(f"list API, 50 records, {at_once} at once, × rest", found, Goal(3) if at_once == MANY else None)


def _searches(stage: Stage) -> None:
    for kind, word in WORDS.items():
        ways = {
            "page": stage.reader(stage.ours, f"/enterprises?q={quote(word)}", stage.web, 1),
            "suggest": stage.reader(stage.ours, f"/enterprises/suggest?q={quote(word)}", stage.web, 1),
            "rest": stage.reader(stage.peer, f"/api/companies/?limit=50&search={quote(word)}", stage.rest, 1),
        }
        if kind == "pinyin":
            del ways["rest"]
        read = turns(ways, stage.size.rounds)
        for way, limit, times in (("page", 40, 10), ("suggest", 10, 40)):
            own, peer = late(read[way], 0.5), late(read["rest"], 0.5) if "rest" in read else None
            stage.add_ms(f"search of {kind}, {way}", own, peer, limit)
            if kind == "two characters":
                found = compared(read[way], read["rest"], per_second)
                stage.add(f"search of {kind}, {way}, × rest", found, Goal(times, small=1))


# -- files -------------------------------------------------------------------------------------------------------------------


def _files(stage: Stage) -> None:
    for kind in ("csv", "xlsx"):
        own, other = Request(f"/enterprises/export.{kind}", stage.web), Request(f"/export.{kind}", stage.rest)
        ways = {"ours": partial(drive, stage.ours, [own], 1), "peer": partial(drive, stage.peer, [other], 1)}
        read = turns(ways, stage.size.few)
        name = f"{kind.upper()} of the whole list"
        stage.add(f"{name}, × import-export", compared(read["ours"], read["peer"], seconds), Goal(3))
        own_first, other_first = (median(read[side], lambda load: load.first[0]) * 1000 for side in ("ours", "peer"))
        stage.add_ms(f"{name}, first byte", own_first, other_first, 1_000)


def _snapshot(stage: Stage) -> None:
    with machine(stage.world, stage.ours.base) as client:
        read = turns(
            {
                "ours": lambda: _as_load(exchange.streamed(client)),
                "COPY": lambda: _as_load(exchange.copied(stage.world, exchange.same_content())),
            },
            stage.size.few,
        )
    own, other, faster = compared(read["ours"], read["COPY"], seconds)
    stage.add("snapshot, seconds × COPY of the same content", (own, other, 1 / faster), Goal(1.3, at_least=False))


def _as_load(taken: exchange.Taken) -> Load:
    return Load(1, taken.seconds, None, first=[taken.first])


# -- writing -----------------------------------------------------------------------------------------------------------------


def _writes(stage: Stage) -> None:
    for at_once in (MANY, 1):
        ways = {"ours": partial(_edit, stage, at_once), "rest": partial(_patch, stage, at_once)}
        read = turns(ways, stage.size.rounds)
        work = f"one field written, {at_once} at once"
        stage.add(f"{work}, × PATCH", compared(read["ours"], read["rest"], per_second), Goal(1))
        if at_once == MANY:
            stage.add_ms(f"{work}, p95", late(read["ours"], 0.95), late(read["rest"], 0.95), 100)


def _edit(stage: Stage, at_once: int) -> Load:
    """The form as a browser sends it; it is asked for beforehand, and that does not count."""
    requests = []
    headers = {**stage.web, "content-type": "application/x-www-form-urlencoded"}
    with httpx.Client(base_url=stage.ours.base, headers=dict(stage.web), timeout=120) as browser:
        for uscc in itertools.islice(stage.firms, stage.requests(at_once)):
            path = f"/enterprises/{uscc}/edit"
            fields = form_to(browser.get(path).text, path).fields | {"legal_representative": [_somebody()]}
            requests.append(Request(path, headers, "POST", urlencode(fields, doseq=True).encode(), 303))
    return drive(stage.ours, requests, at_once)


def _patch(stage: Stage, at_once: int) -> Load:
    requests = []
    for uscc in itertools.islice(stage.firms, stage.requests(at_once)):
        body = json.dumps({"legal_representative": _somebody()}).encode()
        requests.append(Request(f"/api/companies/{uscc}/", stage.rest, "PATCH", body))
    return drive(stage.peer, requests, at_once)


def _somebody() -> str:
    return f"某{secrets.token_hex(3)}"


# -- many at once, and processes ---------------------------------------------------------------------------------------------


def _processes(stage: Stage) -> None:
    with served(stage.world) as one, signed_in(one.base) as browser:
        _burst_rows(stage, one, dict(browser.cookies))
        cookie = {"cookie": cookie_of(browser)}
        read = turns(
            {
                "two": stage.reader(stage.ours, "/enterprises", stage.web, MANY),
                "one": stage.reader(one, "/enterprises", cookie, MANY),
            },
            stage.size.rounds,
        )
    work = f"two processes × one, list page, {MANY} at once"
    stage.add(work, compared(read["two"], read["one"], per_second), Goal(1.5))
    two, alone = (median(read[name], lambda load: load.cpu_ms) for name in ("two", "one"))
    if two and alone:
        stage.add("the same, CPU of a page", (ms(two), ms(alone), two / alone), Goal(1.1, at_least=False))


def _burst_rows(stage: Stage, one: Side, cookies: dict[str, str]) -> None:
    found = bursts(one.base, cookies)
    for number in AT_ONCE[1:]:
        burst = found[number]
        told = " ".join(f"{status}: {n}" for status, n in burst.statuses.items())
        stage.add(f"{number} at once: not answered", (told, "", burst.unanswered), Goal(0, "", at_least=False))
        stretched = (f"{burst.seconds:.1f} s", "", burst.stretched(found[AT_ONCE[0]]))
        stage.add(f"{number} at once: the last, × N ÷ throughput at {AT_ONCE[0]}", stretched, Goal(1.5, at_least=False))
        stage.add_ms(f"{number} at once: /healthz, p99", quantile(burst.health, 0.99) * 1000, None, 300)


# -- taking lists in ---------------------------------------------------------------------------------------------------------


def _imports(stage: Stage) -> None:
    """Each list has firms of its own, beyond those of the demo; the start of the process is taken off."""
    numbers = itertools.count(10_000_000, stage.size.rows)
    taken: dict[str, list[Load]] = {"ours": [], "insert": [], "update": []}
    starts = {way: min(_take_in(stage, way, next(numbers), 1).seconds for _try in range(2)) for way in taken}
    for _round in range(stage.size.few):
        for way, loads in taken.items():
            whole = _take_in(stage, way, next(numbers), stage.size.rows)
            loads.append(replace(whole, seconds=max(whole.seconds - starts[way], whole.seconds / 10)))
    for way, does, goal in (("insert", "inserts only", 1), ("update", "can update", 5)):
        found = compared(taken["ours"], taken[way], rows_per_second)
        stage.add(f"import of {stage.size.rows:,} new rows, × bulk that {does}", found, Goal(goal))


def _take_in(stage: Stage, way: str, start: int, rows: int) -> Load:
    path = stage.world.folder / f"list-{start}.csv"
    flow.write_list(path, rows, start)
    before, started = _children_seconds(), time.perf_counter()
    if way == "ours":
        said = stage.world.run("import", "enterprises", str(path)).splitlines()[-1]
        assert said.startswith(f"created={rows} "), said
    else:
        assert stage.stock.take_in(way, path) == rows
    return Load(rows, time.perf_counter() - started, _children_seconds() - before)


def _children_seconds() -> float:
    """Seconds of processor of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# -- what is there -----------------------------------------------------------------------------------------------------------


def _busiest(world: World) -> tuple[str, str, int]:
    """The region and field that most firms have together, and how many they are."""
    statement = (
        "select region_code, field_code, count(*) from enterprise where region_code <> '' and field_code <> ''"
        " group by 1, 2 order by 3 desc limit 1"
    )
    region, trade, count = _asked(world, statement)[0]
    return region, trade, count


def _codes(world: World) -> list[str]:
    return [row[0] for row in _asked(world, "select uscc from enterprise where disabled_on is null order by id")]


def _asked(world: World, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(Database(world.url, compose()).url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found
