"""The doors ask slices: no statement is written or sent where pages are made; what a slice refuses is told in one way."""

import ast

from app.kit.errors import DomainError
from tests.support.source import APP, listed, python_files, tree

_DOORS = {"web", "portal", "api", "doors"}
_SENT = {"execute", "scalars", "scalar", "stream", "stream_scalars"}
#: What a door may take from SQLAlchemy: the session that it hands on, and what a database that is away raises.
_MAY_IMPORT = {"sqlalchemy.orm.Session"}


def test_doors_hold_no_sql() -> None:
    wrong = [
        f"{path.relative_to(APP)}:{found}"
        for path in python_files()
        if path.relative_to(APP).parts[0] in _DOORS
        for found in _sql(tree(path))
    ]
    assert not wrong, listed("move these into the queries of a slice", wrong)


#: The one savepoint, on which `submit` and `act` stand.
_ATTEMPT = "doors/calls/call.py"
#: Where a refusal is no answer to what somebody wants to do: one value is read, or a page says what would be refused.
_READ = {
    "doors/api/signature.py": "a partner's certificate that does not hold is a wrong signature",
    "doors/forms/fact_answers.py": "typed facts are read one by one",
    "portal/cases/ratings.py": "the page says beforehand why nothing is rated",
    "portal/forms/view.py": "a draft that cannot be read is shown as it was typed",
    "web/cases/dossier.py": "the page of a day that cannot be shown",
    "web/enterprises/code.py": "a code that is none is not asked about",
    "web/policies/verdict_pages.py": "a typed value, refused beside its field",
}


def test_a_route_opens_no_savepoint_and_catches_no_refusal() -> None:
    refusals = _refusals()
    wrong, read = [], set()
    for path in python_files():
        name = path.relative_to(APP).as_posix()
        if name.split("/")[0] not in _DOORS or name == _ATTEMPT:
            continue
        module = tree(path)
        wrong += [f"{name}:{line} opens a savepoint" for line in _savepoints(module)]
        caught = [f"{name}:{line} catches a refusal" for line in _caught(module, refusals)]
        read |= {name} if caught and name in _READ else set()
        wrong += [] if name in _READ else caught
    assert not wrong, listed("call `call.submit`, `call.act` or, for an answer of another kind, `call.attempt`", wrong)
    assert read == set(_READ), listed("these catch nothing any more", sorted(set(_READ) - read))


def _refusals() -> set[str]:
    """The names of all refusals: what derives from `DomainError`, by however many steps."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    }
    found = {DomainError.__name__}
    while more := {name for name, of in bases.items() if of & found and name not in found}:
        found |= more
    return found


def _savepoints(module: ast.Module) -> list[int]:
    return [node.lineno for node in ast.walk(module) if isinstance(node, ast.Attribute) and node.attr == "begin_nested"]


def _caught(module: ast.Module, refusals: set[str]) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        if {found.id for found in ast.walk(node.type) if isinstance(found, ast.Name)} & refusals
    ]


def _sql(module: ast.Module) -> list[str]:
    imported = [
        f"{node.lineno}: {node.module}.{name.name}"
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        for name in node.names
        if f"{node.module}.{name.name}" not in _MAY_IMPORT and node.module != "sqlalchemy.exc"
    ]
    sent = [
        f"{node.lineno}: {ast.unparse(node.func)}"
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SENT
        if ast.unparse(node.func.value).endswith("session")
    ]
    return imported + sent
