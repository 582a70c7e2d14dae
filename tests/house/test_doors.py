"""The doors ask slices: no statement is written or sent where pages are made."""

import ast

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
