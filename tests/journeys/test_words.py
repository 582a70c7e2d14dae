"""The journal of the demo, read as people read it: no code of the program, and no bare yes, no, True or None."""

import pkgutil
import re
from collections import defaultdict
from enum import StrEnum
from importlib import import_module

import pytest
from sqlalchemy import select

import app
from app.doors.pages.timeline import wording_of
from app.journal.models import JournalEvent
from app.kit.db import read_scope
from app.reference.models import Term
from app.web.shared.case_events import worded_lines
from tests.journeys.conftest import Demo
from tests.support.house import HOUSE
from tests.support.source import listed

pytestmark = [pytest.mark.journey]

WORD = re.compile(r"(?<![\w.@/-])[A-Za-z][A-Za-z_-]+(?![\w.@/-])")
BARE = {"True", "False", "None", "yes", "no", "null"}
#: Fields whose codes are names between machines: what a partner's mapping and its resources are called, how somebody signs in.
TECHNICAL = {"字段映射", "报送内容", "登录名"}


def codes() -> set[str]:
    """Every value of every enumeration of the program."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    waiting, found = list(StrEnum.__subclasses__()), set[str]()
    for kind in waiting:
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("app."):
            found |= {str(value) for value in kind}
    return found


def test_no_timeline_of_the_demo_says_a_code(demo: Demo) -> None:
    wrong: defaultdict[str, set[str]] = defaultdict(set)
    with read_scope(demo.database) as session:
        forbidden = codes() | BARE | set(session.scalars(select(Term.code)))
        events = list(session.scalars(select(JournalEvent)))
        for event, line in zip(events, worded_lines(wording_of(HOUSE), session, events), strict=True):
            changes = [change for change in line.changes if change.label not in TECHNICAL]
            texts = [line.text, line.note, *(f"{one.label} {one.before} {one.after}" for one in changes)]
            for text in texts:
                wrong[event.type] |= {f"{word}: {text[:60]}" for word in WORD.findall(text) if word in forbidden}
            wrong[event.type] |= {f"no words for {change.label}" for change in changes if change.label.isascii()}
    assert len(events) > 500
    assert not any(wrong.values()), listed(
        "codes in timelines", [f"{kind}: {text}" for kind in wrong for text in wrong[kind]]
    )
