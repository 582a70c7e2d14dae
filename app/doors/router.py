"""A router whose routes each name their action; without one the application does not start."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from app.doors.api_actor import guard_api
from app.doors.entrance import Door, Endpoint, Entrance, EntranceRoute, ids_exist
from app.doors.parameters import refuse_nul
from app.kit.permissions import Action


class GuardedRouter:
    """Routes of one slice behind one door. `.router` is what the application includes."""

    def __init__(self, *, door: Door, prefix: str = "", tags: list[str] | None = None) -> None:
        self.door = door
        kind = APIRoute if door in ("api", "watch") else EntranceRoute
        self.router = APIRouter(prefix=prefix, tags=list(tags or []), route_class=kind)

    def get(self, path: str, *, action: Action, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A reading route."""
        return self._route("GET", path, action, options, writes=False)

    def post(
        self, path: str, *, action: Action, reads_only: bool = False, **options: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """A writing route; forms are checked for their CSRF and once tokens. One that only reads never waits for a writer."""
        return self._route("POST", path, action, options, writes=not reads_only)

    def _route(
        self, method: str, path: str, action: Action, options: dict[str, Any], *, writes: bool
    ) -> Callable[[Endpoint], Endpoint]:
        options.setdefault("include_in_schema", self.door == "api")
        if self.door != "api":
            options.setdefault("response_model", None)

        def add(endpoint: Endpoint) -> Endpoint:
            if self.door in ("api", "watch"):
                options.setdefault("dependencies", self._dependencies(action))
                endpoint.__dict__.update(action=action, door=self.door)
                entrance: Endpoint = endpoint
            else:
                entrance = Entrance(endpoint, self.door, action, form=method == "POST", writes=writes)
            self.router.add_api_route(path, entrance, methods=[method], **options)
            return endpoint

        return add

    def _dependencies(self, action: Action) -> list[Any]:
        if self.door == "watch":
            return []
        return [Depends(refuse_nul), Depends(guard_api(action)), Depends(ids_exist)]


def action_of(route: Any) -> Action | None:
    """The action that a route was declared with; None for a route made without a `GuardedRouter`."""
    found: Action | None = getattr(getattr(route, "endpoint", None), "action", None)
    return found


def door_of(route: Any) -> Door:
    """The door that a route belongs to."""
    found: Door = getattr(route.endpoint, "door", "public")
    return found
