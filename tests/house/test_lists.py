"""A list is declared, not written: its address is read by the kit, which cleans every text of it."""

import ast

from fastapi import FastAPI

from app.doors.calls.router import door_of
from app.doors.lists.query import ListQuery
from tests.support.routes import query_parameters, routes_of
from tests.support.source import APP, listed, python_files, tree

#: Machines walk with cursors of their own (`app.exchange.cursors`); the simulated partner is a machine of somebody else.
_OTHER_DOORS = {"api", "simulator"}
#: Where the model of an address is made.
_MADE_IN = "doors/lists/query.py"


def _sources() -> list[tuple[str, ast.Module]]:
    found = ((str(path.relative_to(APP)), tree(path)) for path in python_files())
    return [(place, module) for place, module in found if place.split("/")[0] not in _OTHER_DOORS]


def test_no_route_reads_a_cursor_by_hand(app: FastAPI) -> None:
    paged = [route for route in routes_of(app) if door_of(route) != "api" and "cursor" in query_parameters(route)]
    assert len(paged) >= 25
    by_hand = [
        f"{place}: {function.name}"
        for place, module in _sources()
        if place.startswith(("web/", "portal/", "doors/"))
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef) and {"call", "cursor"} <= {one.arg for one in function.args.args}
    ]
    assert not by_hand, listed("declare `query: Annotated[ListQuery, asked(…)]` and use `query.cursor`", by_hand)


def test_only_the_kit_makes_models_of_addresses() -> None:
    by_hand = [
        f"{place}: {model.name}"
        for place, module in _sources()
        if place != _MADE_IN
        for model in ast.walk(module)
        if isinstance(model, ast.ClassDef) and any(ast.unparse(base).endswith("ListQuery") for base in model.bases)
    ]
    assert not by_hand, listed("let `list_query` or a `ListView` make it", by_hand)
    written = [
        f"{place}:{function.lineno}"
        for place, module in _sources()
        if place.startswith(("web/", "portal/")) and place != _MADE_IN
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef) and function.name == "address"
    ]
    assert not written, listed("a `ListQuery` writes its own address", written)


def test_every_text_of_an_address_is_cleaned() -> None:
    query = ListQuery.model_validate({"cursor": "a\0b\ud800" + "x" * 1_000})
    assert query.cursor == "ab" + "x" * 398
