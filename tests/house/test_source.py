"""Rules about the code itself, read from its syntax."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.source import APP, calls, carried_files, listed, name_of, python_files, tree

FILE_LINES = 400
FUNCTION_LINES = 60
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now"}
DATABASE = "app/kit/db.py"
CLOCK = "app/kit/clock.py"
#: Hosts of package registries, spelled apart so that this file does not name one.
REGISTRIES = re.compile(
    r"(?:pypi\.|pythonhosted\.|registry\.npm|npmmirror\.|tuna\.tsinghua|deb\.debian)" + r"\w+", re.I
)
TEXT = {".py", ".txt", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".sh", ".po", ".cfg", ".ini", ""}


def where(path: Path, node: ast.AST) -> str:
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def test_only_the_database_module_commits() -> None:
    found = [
        where(path, call)
        for path in python_files()
        if name_of(path) != DATABASE
        for call, name in calls(tree(path))
        if name.endswith((".commit", ".begin", ".begin_twophase")) and not name.startswith("db.")
    ]
    assert not found, listed("only app/kit/db.py commits; use session_scope or schema_scope", found)


def test_a_request_holds_one_connection_at_a_time() -> None:
    doors = {APP / name for name in ("doors", "web", "portal", "api")}
    own = {
        "app/doors/requests/deps.py",
        "app/api/feed.py",
    }  # the request's session itself; a stream's, once its blocks are closed
    found = [
        where(path, call)
        for path in python_files()
        if doors & set(path.parents) and name_of(path) not in own
        for call, name in calls(tree(path))
        if name == "session_scope"
    ]
    assert not found, listed(
        "a reading route notes what was read by `deps.noting`, which gives its connection back", found
    )


def test_only_the_clock_module_reads_the_clock() -> None:
    found = [
        where(path, call)
        for path in python_files()
        if name_of(path) != CLOCK
        for call, name in calls(tree(path))
        if name in CLOCKS
    ]
    assert not found, listed("only app/kit/clock.py reads the clock; take `now` or `on` as an argument", found)


def test_services_take_the_instant_as_an_argument() -> None:
    found = [
        where(path, call)
        for path in python_files()
        if path.name in {"service.py", "queries.py", "domain.py", "catalogue.py"}
        or {"service", "queries", "domain"} & set(path.parts)
        for call, name in calls(tree(path))
        if name in {"utc_now", "clock.utc_now"}
    ]
    assert not found, listed("services and domains are told the instant, they do not ask for it", found)


@pytest.mark.parametrize("kind", ["relative import", "star import"])
def test_imports_are_absolute_and_named(kind: str) -> None:
    found = [
        where(path, node)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.level > 0 if kind == "relative import" else any(alias.name == "*" for alias in node.names))
    ]
    assert not found, listed("", found)


def test_files_and_functions_keep_their_size() -> None:
    long_files = [
        f"{name_of(path)}: {count} lines"
        for path in python_files()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    ]
    long_functions = [
        f"{where(path, node)} {node.name}: {length} lines"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long_files + long_functions, listed("split by use case", long_files + long_functions)


def test_every_package_says_what_it_is_for() -> None:
    packages = [path for path in APP.iterdir() if (path / "__init__.py").is_file()]
    silent = [path.name for path in packages if not ast.get_docstring(tree(path / "__init__.py"))]
    assert packages
    assert not silent, listed(
        "app/<package>/__init__.py begins with a docstring: purpose, tables owned, invariants", silent
    )


def test_public_functions_of_domains_and_services_are_described() -> None:
    found = [
        f"{where(path, node)} {node.name}"
        for path in python_files()
        if {"service", "domain", "queries"} & {*path.parts, path.stem}
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not found, listed("one sentence: what it does, units and shapes, what it raises, the legal reference", found)


def test_money_is_never_a_float() -> None:
    found = [
        where(path, node)
        for path in python_files()
        if {"domain", "policies", "incentives", "targets"} & {*path.parts, path.stem} and not _in_columns(path)
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert not found, listed("exact numbers only: integers of 分, Fraction or Decimal", found)


def _in_columns(path: Path) -> bool:
    """The sweeping interpreter reckons whole numbers in float64 and leaves the rest to the exact one (ADR 0007)."""
    return path.parent.parts[-2:] == ("domain", "sweep") or path.parts[-3:] == ("domain", "facts", "columns.py")


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in carried_files()
        if path.suffix in TEXT and "vendor" not in path.parts
        for match in [REGISTRIES.search(path.read_text(encoding="utf-8", errors="replace"))]
        if match
    ]
    assert not found, listed("lock files and documents work wherever packages come from", found)


def test_fictional_data_says_so() -> None:
    pattern = re.compile(r"name\s*[:=]\s*[\"']?[^\"'\n（]{2,30}(?:有限公司|股份公司|合作社)[\"']?\s*$", re.M)
    found = [
        f"{name_of(path)}: {match[0]}"
        for path in carried_files()
        if path.is_relative_to(APP.parent / "seeds" / "demo") and path.suffix == ".yaml"
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, listed("names of fictional firms end in （示例）", found)
