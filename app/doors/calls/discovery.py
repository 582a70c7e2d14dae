"""The routes of a door, found where they are written; which answers an address does not depend on where that is."""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

from fastapi import APIRouter

from app.doors.calls.router import GuardedRouter

_PARAMETER = re.compile(r"\{\w+(?::(\w+))?\}")


class Rank(IntEnum):
    """How much one segment of a route's path leaves open; what leaves less open is asked first."""

    LITERAL = 0
    PARTLY = 1
    """A parameter beside letters: `{number}.pdf`."""
    NUMBER = 2
    ANY = 3
    REST = 4
    """Everything that follows, slashes included."""


def router_of(doors: Iterable[ModuleType]) -> APIRouter:
    """One router with every route of the doors; of several that match an address, the most specific one answers."""
    whole = APIRouter()
    whole.routes.extend(most_specific_first(route for door in doors for route in routes_of(door)))
    return whole


def routes_of(door: ModuleType) -> Iterator[Any]:
    """Every route that a module of the door declares on its `router`."""
    for found in walk_packages(door.__path__, f"{door.__name__}."):
        router = getattr(import_module(found.name), "router", None)
        if isinstance(router, GuardedRouter):
            yield from router.router.routes


def ranks_of(path: str) -> tuple[Rank, ...]:
    """The rank of each segment of a route's path."""
    return tuple(_rank(segment) for segment in path.strip("/").split("/"))


def most_specific_first(routes: Iterable[Any]) -> list[Any]:
    """The routes so ordered that the first that matches an address is the most specific; equals stay as they came."""
    return sorted(routes, key=lambda route: ranks_of(route.path))


def _rank(segment: str) -> Rank:
    found = _PARAMETER.search(segment)
    if found is None:
        return Rank.LITERAL
    if found[1] == "path":
        return Rank.REST
    if found[0] != segment:
        return Rank.PARTLY
    return Rank.NUMBER if found[1] == "int" else Rank.ANY
