"""Which tests PostgreSQL is spared in a plain run: those that send it nothing that no other test sends it.

`tools/spare-postgresql` runs the tests with this module as a plugin, which notes what each of them sends, and writes the list anew.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.support import selection

ROOT = Path(__file__).parent.parent
LIST = ROOT / "spared_on_postgresql.txt"
#: The file to which a recording run adds a line a test.
RECORDING = "YUMIAO_STATEMENTS"
_VALUES = re.compile(r"%\(\w+\)s(::\w+(\(\d+\))?(\[\])?)?|'[^']*'|\b\d+\b")
_LISTS = re.compile(r"\?(, \?)+|\(\?\)(, \(\?\))+")


@dataclass(frozen=True)
class Recorded:
    """What the cases of one test function send, how long they take (s), and whether PostgreSQL sees them whatever others send."""

    statements: frozenset[str]
    seconds: float
    always: bool


@cache
def spared() -> frozenset[str]:
    """The tests, as `path::function`, below tests/."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


def shape_of(statement: str) -> str:
    """A statement without its values, however many there are of them."""
    return _LISTS.sub("?", _VALUES.sub("?", statement))


def spare(recorded: Mapping[str, Recorded]) -> list[str]:
    """The functions that can be left out so that every statement is still sent: of those that send the same, the quickest stay."""
    left = {name: set(each.statements) for name, each in recorded.items() if not each.always}
    seen = set().union(*(each.statements for each in recorded.values() if each.always))
    while left:
        for statements in left.values():
            statements -= seen
        name = max(sorted(left), key=lambda key: len(left[key]) / max(recorded[key].seconds, 0.05))
        if not left[name]:
            break
        seen = left.pop(name)
    return sorted(left)


def read(lines: Iterable[str]) -> dict[str, Recorded]:
    """What a recording run wrote, by function."""
    found: dict[str, Recorded] = {}
    for line in lines:
        test = json.loads(line)
        before = found.get(test["name"], Recorded(frozenset(), 0.0, False))
        found[test["name"]] = Recorded(
            before.statements | set(test["statements"]),
            before.seconds + test["seconds"],
            before.always or test["always"],
        )
    return found


# -- the plugin of a recording run --------------------------------------------------------------------------------------

_sent: set[str] = set()


def _note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    _sent.add(shape_of(statement))


if RECORDING in os.environ:
    event.listen(Engine, "before_cursor_execute", _note)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Hand what the test sent, its set-up included, to the process that writes."""
    _sent.clear()
    path = item.path.relative_to(ROOT)
    always = selection.is_seen_by_both(path, getattr(item, "fixturenames", ()))
    item.user_properties.append(("recorded", {"name": name_of(path, item.name), "always": always}))
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """The last that is known of a test."""
    item.user_properties.append(("statements", sorted(_sent)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write the test down, with the time of its three parts."""
    if "PYTEST_XDIST_WORKER" in os.environ or RECORDING not in os.environ:
        return
    known = dict(report.user_properties)
    line = {**known.get("recorded", {}), "statements": known.get("statements", []), "seconds": report.duration}
    with Path(os.environ[RECORDING]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def name_of(path: Path, name: str) -> str:
    """A test without its case."""
    return f"{path.as_posix()}::{name.partition('[')[0]}"
