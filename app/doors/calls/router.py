"""A router whose routes each name their action; without one the application does not start."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app.doors.calls.api_entrance import BODY, ApiEntrance, FileEntrance
from app.doors.calls.entrance import FORM, Beforehand, Door, Endpoint, EntranceRoute, PageEntrance
from app.doors.requests.admission import LaneName
from app.kit.permissions import Action


class GuardedRouter:
    """Routes of one slice behind one door. `.router` is what the application includes."""

    def __init__(self, *, door: Door, prefix: str = "", tags: list[str] | None = None) -> None:
        self.door = door
        kind = APIRoute if door == "watch" else EntranceRoute
        self.router = APIRouter(prefix=prefix, tags=list(tags or []), route_class=kind)

    def get(self, path: str, *, action: Action, slow: bool = False, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A reading route; a `slow` one takes seconds by its nature, and waits for others of its kind alone."""
        return self._route("GET", path, action, options, lane=LaneName.SLOW if slow else LaneName.READS)

    def post(
        self,
        path: str,
        *,
        action: Action,
        reads_only: bool = False,
        beforehand: Beforehand | None = None,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """A writing route; forms are checked for their CSRF and once tokens. One that only reads never waits for a writer.

        `beforehand` looks for what takes long and is to be done before the transaction that writes.
        """
        lane = LaneName.READS if reads_only else LaneName.WRITES
        return self._route("POST", path, action, options, lane=lane, beforehand=beforehand)

    def post_file(self, path: str, *, action: Action, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A writing route of machines whose body is a file, however large a list may be."""

        def enter(endpoint: Endpoint) -> Endpoint:
            return FileEntrance(endpoint, self.door, action, lane=LaneName.WRITES)

        return self._added("POST", path, options, enter)

    def _route(
        self,
        method: str,
        path: str,
        action: Action,
        options: dict[str, Any],
        *,
        lane: LaneName,
        beforehand: Beforehand | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        options.setdefault("include_in_schema", self.door == "api")
        if self.door != "api":
            options.setdefault("response_model", None)

        def enter(endpoint: Endpoint) -> Endpoint:
            return self._entrance(endpoint, method, action, lane, beforehand)

        return self._added(method, path, options, enter)

    def _added(
        self, method: str, path: str, options: dict[str, Any], enter: Callable[[Endpoint], Endpoint]
    ) -> Callable[[Endpoint], Endpoint]:
        """What declares an endpoint as a route behind the entrance that is made for it."""

        def add(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(path, enter(endpoint), methods=[method], **options)
            return endpoint

        return add

    def _entrance(
        self,
        endpoint: Endpoint,
        method: str,
        action: Action,
        lane: LaneName,
        beforehand: Beforehand | None,
    ) -> Endpoint:
        if self.door == "watch":
            endpoint.__dict__.update(action=action, door=self.door)
            return endpoint
        if self.door == "api":
            return ApiEntrance(endpoint, self.door, action, sends=None if action.public else BODY, lane=lane)
        sends = FORM if method == "POST" else None
        return PageEntrance(endpoint, self.door, action, sends=sends, lane=lane, beforehand=beforehand)


def action_of(route: Any) -> Action | None:
    """The action that a route was declared with; None for a route made without a `GuardedRouter`."""
    found: Action | None = getattr(getattr(route, "endpoint", None), "action", None)
    return found


def door_of(route: Any) -> Door:
    """The door that a route belongs to."""
    found: Door = getattr(route.endpoint, "door", "public")
    return found
