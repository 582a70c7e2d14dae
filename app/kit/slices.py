"""How slices are put together: a slice declares ports, others offer what goes in there, one list names all who offer.

A lower slice that needs an upper one declares a `Port` and asks the composition for what is offered there. What a slice offers
stands in its `slice.py`; places are resolved when they are first asked for, so that a start loads only what it needs.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
U = TypeVar("U")


def _no_keys(item: Any) -> Iterable[Hashable]:
    return ()


@dataclass(frozen=True, eq=False)
class Port(Generic[T]):
    """A place where slices offer things of one `kind`; no two of them may answer for the same of `keys`."""

    name: str
    kind: Any
    keys: Callable[[T], Iterable[Hashable]] = _no_keys

    def at(self, *places: str) -> "Offer":
        """What lies at `places` below the slice: `jobs:KINDS` is one thing of the port's kind or several, `models` a module."""
        return Offer(self, places)


@dataclass(frozen=True)
class Offer:
    """What a slice puts into a port, by where it is found."""

    port: Port[Any]
    places: tuple[str, ...]


class Slice:
    """A package of the house and everything that the rest has to know of it."""

    def __init__(self, package: str, *offers: Offer) -> None:
        self.package = package
        self.offers = offers

    @property
    def name(self) -> str:
        """The package, as the house calls it."""
        return self.package.removeprefix("app.")

    def offered(self, port: Port[T]) -> Iterator[T]:
        """What this slice puts into `port`, in its order; TypeError for a thing of another kind."""
        for place in (place for offer in self.offers if offer.port is port for place in offer.places):
            found = resolve_name(f"{self.package}.{place}")
            for item in [found] if isinstance(found, port.kind) else found:
                if not isinstance(item, port.kind):
                    raise TypeError(f"{self.package}.{place}: {item!r} is no {port.name}")
                yield item


class Composition:
    """The slices of a house, put together. Made once by whoever starts it, and handed on: a database's sessions carry it."""

    def __init__(self, slices: Iterable[Slice] = ()) -> None:
        self.slices = tuple(slices)
        self._offered: dict[Port[Any], tuple[Any, ...]] = {}
        self._made: dict[Callable[..., Any], Any] = {}

    def of(self, port: Port[T]) -> tuple[T, ...]:
        """Everything that is offered at `port`, in the order of the slices; ValueError when two answer for the same."""
        if port not in self._offered:
            self._offered[port] = tuple(item for _name, items in self.by_slice(port) for item in items)
        return self._offered[port]

    def by_slice(self, port: Port[T]) -> list[tuple[str, tuple[T, ...]]]:
        """The same with the name of each slice that offers something."""
        found = [(each.name, items) for each in self.slices if (items := tuple(each.offered(port)))]
        answering: dict[Hashable, str] = {}
        for name, items in found:
            for key in (key for item in items for key in port.keys(item)):
                if key in answering:
                    raise ValueError(f"both {answering[key]} and {name} declare the {port.name} {key}")
                answering[key] = name
        return found

    def made(self, make: Callable[["Composition"], U]) -> U:
        """What `make` makes of this composition; made once."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(U, self._made[make])
