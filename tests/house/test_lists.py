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


# -- a list is declared: its pages, chips and files come from the kit ---------------------------------------------------------

#: What stands by hand, each with its reason.
BY_HAND = {
    "web/exchange/handover_new.py: list_query": "the questions before a batch; the records that it offers are lists at the same address",
    "web/exchange/handover_new.py: asked": "reads the questions before a batch",
    "web/exchange/preflight.py: asked": "reads the questions before a batch; what it shows is a report of findings, made anew each time",
    "web/exchange/preflight.py: download_workbook": "the report of findings: records picked in a posted form, no list of an address",
    "web/exchange/dictionary.py: download_workbook": "a workbook to be filled in and handed back",
    "web/sweeps/cases.py: list_query": "the form over a sweep's lines: its filter, which of its firms, and the choices for their cases",
    "web/sweeps/cases.py: asked": "reads that form",
    "web/system/dev.py: Page": "shows the pager among all components",
    **{
        f"{place}: limit + 1": "the journal is walked by its positions, as machines walk it, and its address has always said `before`"
        for place in (
            "web/system/journal.py",
            "web/cases/record.py",
            "web/enterprises/record.py",
            "portal/firm/timeline.py",
        )
    },
}
#: Only the kit cuts pages, makes addresses of lists and writes their files.
_OF_THE_KIT = {"page", "page_of", "encode_cursor", "Page", "list_query", "asked", "download_workbook", "stream_table"}


def _said_by_hand(place: str, module: ast.Module) -> set[str]:
    """What a module of a door does itself although the kit of lists does it for all."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("app.kit.paging", "app.doors"))
        for alias in node.names
    }
    called = {
        node.func.id for node in ast.walk(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    held = {
        ast.unparse(node.annotation).partition("[")[0] for node in ast.walk(module) if isinstance(node, ast.AnnAssign)
    }
    named = {node.name.strip("_") for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    named |= {
        node.target.id
        for node in ast.walk(module)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    looked_ahead = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.keyword) and node.arg == "limit" and ast.unparse(node.value).endswith("+ 1")
    ]
    found = (
        (_OF_THE_KIT & imported & (called | held)) | ({"chips"} & named) | ({"limit + 1"} if looked_ahead else set())
    )
    return {f"{place}: {one}" for one in found}


def _by_hand() -> set[str]:
    doors = [(place, module) for place, module in _sources() if place.startswith(("web/", "portal/"))]
    return {one for place, module in doors for one in _said_by_hand(place, module)}


def test_no_page_cuts_counts_or_writes_a_list_by_hand() -> None:
    unknown = sorted(_by_hand() - set(BY_HAND))
    assert not unknown, listed("declare a `ListView` over a source (docs/how-to/add-a-list.md)", unknown)


def test_what_stands_by_hand_still_does() -> None:
    gone = sorted(set(BY_HAND) - _by_hand())
    assert not gone, listed("no longer by hand: take it out of the exceptions", gone)


def test_only_components_draw_pagers_and_chips() -> None:
    by_hand = [
        f"{path.relative_to(APP)}: {drawn}"
        for path in (APP / "templates").rglob("*.html")
        if path.parent.name != "components"
        for drawn in ("ui.pager(", 'class="chip" href')
        if drawn in path.read_text() and path.parent.name != "dev"
    ]
    assert not by_hand, listed("`ui.list_pager(list)` and `ui.list_filters(list.filters)`", by_hand)
