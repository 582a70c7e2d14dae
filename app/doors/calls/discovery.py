"""The routes of a door, found where they are written; which answers an address does not depend on where that is."""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

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


class RouteIndex(BaseRoute):
    """Every route of the doors; of several that match an address, the most specific one answers.

    An address is compared only with the routes of its shape, how many segments it has and which comes first: to ask hundreds one
    after the other would take as long as most pages.
    """

    def __init__(self, doors: Iterable[ModuleType]) -> None:
        self.routes = most_specific_first(route for door in doors for route in routes_of(door))
        paths = [_segments(route.path) for route in self.routes]
        self._firsts = {path[0] for path in paths if _rank(path[0]) is Rank.LITERAL}
        self._longest = max(map(len, paths))
        self._of_shape: dict[tuple[str, int], list[Any]] = {}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route that answers; where none takes the method, the first of the address."""
        partly: tuple[Match, Scope] = (Match.NONE, {})
        for route in self._candidates(get_route_path(scope)):
            found: tuple[Match, Scope] = route.matches(scope)
            if found[0] is Match.FULL:
                return found
            if found[0] is Match.PARTIAL and partly[0] is Match.NONE:
                partly = found
        return partly

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the route that was found."""
        await scope["route"].handle(scope, receive, send)

    def _candidates(self, address: str) -> list[Any]:
        segments = _segments(address)
        shape = (segments[0] if segments[0] in self._firsts else "", min(len(segments), self._longest + 1))
        if shape not in self._of_shape:
            self._of_shape[shape] = [route for route in self.routes if _may_match(_segments(route.path), shape)]
        return self._of_shape[shape]


def _segments(path: str) -> list[str]:
    return path.split("/")[1:] or [""]


def _may_match(path: list[str], shape: tuple[str, int]) -> bool:
    first, number = shape
    if _rank(path[0]) is Rank.LITERAL and path[0] != first:
        return False
    return len(path) == number or (len(path) < number and any(_rank(segment) is Rank.REST for segment in path))


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
