"""Who reads a list, and as of which day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from app.kit.actor import Actor

Found = TypeVar("Found")


@dataclass(frozen=True)
class Viewer:
    """Who reads a list, from which session, as of which day; `past` when that day is over."""

    session: Session
    actor: Actor
    on: date
    past: bool = False
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, load: Callable[[Session], Found]) -> Found:
        """What `load` finds, read once for all filters, choices and words of a page."""
        return self._keep(load, self.session)

    def own(self, load: Callable[["Viewer"], Found]) -> Found:
        """The same for what depends on the reader."""
        return self._keep(load, self)

    def _keep(self, load: Callable[[Any], Found], of: Any) -> Found:
        if load not in self._kept:
            self._kept[load] = load(of)
        return cast(Found, self._kept[load])
