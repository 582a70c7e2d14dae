"""Every slice is part of the composition, and whatever a package of the house has to offer is offered."""

import ast
import re
from collections.abc import Callable, Hashable, Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from app.cases.todo.port import Provider
from app.composition.slices import SLICES
from app.doors.pages.timeline import wording_of
from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.journal.past_day import TRACED
from app.kit.db import TABLES
from app.kit.facts.providers import FACTS
from app.kit.seeds import SEEDS
from app.kit.slices import Composition, Port, Slice
from app.notices.sources import SOURCES
from app.web.shared.todo_lines import TODO_KINDS
from tests.support.house import HOUSE
from tests.support.source import APP, listed, python_files, tree

#: Where what is mutable lies in a module, though nothing registers there: what was computed once, by what it was computed from.
KEPT = {
    "kit/db.py": "_marks",
    "incentives/queries/schemes.py": "_parsed",
    "programmes/queries.py": "_definitions",
    "policies/domain/plan/trials.py": "_kept",
    "policies/domain/sweep/interpreter.py": "_lowerings",
    "policies/domain/compile/interpreter.py": "_programs",
}


def _offered(port: Port[object]) -> set[str]:
    """The modules in which what is offered at `port` lies."""
    return {
        f"{each.package}.{place.partition(':')[0]}"
        for each in HOUSE.slices
        for offer in each.offers
        if offer.port is port
        for place in offer.places
    }


def _modules(file: str) -> set[str]:
    """The modules of slices below the doors that have this name."""
    below = {path for path in python_files() if path.name == file and len(path.relative_to(APP).parts) > 1}
    return {".".join(("app", *path.relative_to(APP).with_suffix("").parts)) for path in below if not _is_beside(path)}


def _is_beside(path: Path) -> bool:
    parts = path.relative_to(APP).parts
    return parts[0] in {"web", "portal", "api", "simulator", "kit", "composition"} or "domain" in parts


def test_every_package_with_tables_is_a_slice() -> None:
    packages = {f"app.{module.split('.')[1]}" for module in _modules("models.py")}
    assert packages == {each.package for each in SLICES}


@pytest.mark.parametrize(
    ("port", "file"),
    [(TABLES, "models.py"), (EVENTS, "events.py"), (JOBS, "jobs.py"), (TRACED, "past.py"), (SEEDS, "seed.py"), (FACTS, "facts.py")],
    ids=lambda given: given if isinstance(given, str) else "",
)  # fmt: skip
def test_whatever_a_slice_has_is_offered(port: Port[object], file: str) -> None:
    forgotten = _modules(file) - _offered(port) - {"app.doors.calls.past"}
    assert not forgotten, listed(f"the slices of these offer no {port.name}", forgotten)


def test_whatever_is_made_for_a_port_is_offered_there() -> None:
    """An object of a port's kind that stands in a module, alone or in a tuple, is found in the composition."""
    for port in (EVENTS, JOBS, TRACED, SOURCES, FACTS):
        names = {port.kind.__name__}
        makers = {
            ".".join(("app", *path.relative_to(APP).with_suffix("").parts))
            for path in python_files()
            if port.kind.__name__ in path.read_text() and any(_makes(node, names) for node in tree(path).body)
        }
        forgotten = makers - _offered(port)
        assert not forgotten, listed(f"these make a {port.name} that nobody offers", forgotten)


def _makes(node: ast.stmt, names: set[str]) -> bool:
    """Whether a statement of a module calls one of these classes and keeps what comes."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    calls = [each for each in ast.walk(node.value) if isinstance(each, ast.Call)]
    return any(ast.unparse(call.func).partition(".")[0] in names for call in calls)


def test_every_port_is_filled_by_somebody() -> None:
    ports = {id(offer.port): offer.port for each in HOUSE.slices for offer in each.offers}
    assert len(ports) > 12
    for port in ports.values():
        assert HOUSE.of(port)


def test_every_provider_of_todos_has_words_on_the_desk() -> None:
    """Wherever a `Provider` stands, one kind of to-do shows it."""
    places = [path for path in python_files() if " = Provider(" in path.read_text()]
    modules = [import_module(".".join(("app", *path.relative_to(APP).with_suffix("").parts))) for path in places]
    made = {each.code for module in modules for each in vars(module).values() if isinstance(each, Provider)}
    assert len(made) > 20
    assert made == {kind.provider.code for kind in HOUSE.of(TODO_KINDS)}


#: The command loads the one that runs, the doors find their routers, the composition resolves places: nothing else goes by names.
BY_NAME = {"cli.py", "doors/calls/discovery.py", "kit/slices.py"}
_FINDING = ("import_module", "resolve_name", "__import__")


def test_nothing_is_found_by_the_name_of_a_module() -> None:
    wrong = [
        f"{place}:{node.lineno}"
        for path in python_files()
        if (place := str(path.relative_to(APP))) not in BY_NAME and any(word in path.read_text() for word in _FINDING)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _FINDING
    ]
    assert not wrong, listed("hand the object on, or offer it at a port", wrong)


def test_every_type_of_event_has_words() -> None:
    """Wherever an `EventType` is made, a slice offers it: one below the line that collects a module's types is found missing."""
    declared = {
        node.args[0].value: path.relative_to(APP)
        for path in python_files()
        if "EventType(" in path.read_text()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "EventType"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(declared) > 100
    forgotten = {f"{place}: {code}" for code, place in declared.items() if code not in wording_of(HOUSE).types}
    assert not forgotten, listed("no slice offers these types of events", forgotten)


#: A name of a module that begins empty, and so is filled while it runs.
_BEGINS_EMPTY = re.compile(
    r"^(\w+)(?:: [^=\n]+)? = (?:\{\}|\[\]|(?:set|dict|list|defaultdict|WeakKeyDictionary|WeakValueDictionary|Registry)(?:\[[^\n]*\])?\((?:list|set|dict|int)?\))$",
    re.MULTILINE,
)


def test_nothing_is_registered_in_a_module() -> None:
    found = {
        (str(path.relative_to(APP)), name)
        for path in python_files()
        for name in _BEGINS_EMPTY.findall(path.read_text())
    }
    wrong = [f"{place}: {name}" for place, name in found - set(KEPT.items())]
    assert not wrong, listed("hand these on instead of keeping them in a module", wrong)
    assert set(KEPT.items()) <= found, "an exception that is none any more"


# -- what a composition refuses ----------------------------------------------------------------------------------------------

ODD = ("odd", 1)
EVEN = [("even", 2), ("even", 4)]


def _by(first: Callable[[tuple[str, int]], Iterable[Hashable]]) -> Port[tuple[str, int]]:
    return Port("pair", tuple, first)


def test_things_come_in_the_order_of_the_slices() -> None:
    port = _by(lambda pair: (pair[1],))
    here = __name__.rpartition(".")
    slices = [Slice(here[0], port.at(f"{here[2]}:ODD")), Slice(here[0], port.at(f"{here[2]}:EVEN"))]
    assert Composition(slices).of(port) == (ODD, *EVEN)


def test_two_that_answer_for_the_same_are_refused() -> None:
    port, (package, _dot, module) = _by(lambda pair: (pair[0],)), __name__.rpartition(".")
    with pytest.raises(ValueError, match=r"both .* declare the pair even"):
        Composition([Slice(package, port.at(f"{module}:EVEN"))]).of(port)


def test_a_thing_of_another_kind_is_refused() -> None:
    port: Port[ModuleType] = Port("module", ModuleType)
    package, _dot, module = __name__.rpartition(".")
    with pytest.raises(TypeError, match="is no module"):
        Composition([Slice(package, port.at(f"{module}:EVEN"))]).of(port)
