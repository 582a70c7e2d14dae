"""A router whose routes each name their action; without one the application does not start."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request

from app.doors.api_actor import guard_api
from app.doors.csrf import check_csrf
from app.doors.deps import CurrentActor
from app.doors.once import check_once
from app.doors.parameters import LONGEST_NUMBER, refuse_nul
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Forbidden
from app.kit.i18n import _
from app.kit.permissions import Action, require

#: `watch` is for whoever watches over the server: it asks nobody who they are, and so never waits for a place.
Door = Literal["web", "portal", "public", "api", "watch"]
Endpoint = Callable[..., Any]


class GuardedRouter:
    """Routes of one slice behind one door. `.router` is what the application includes."""

    def __init__(self, *, door: Door, prefix: str = "", tags: list[str] | None = None) -> None:
        self.door = door
        self.router = APIRouter(prefix=prefix, tags=list(tags or []))

    def get(self, path: str, *, action: Action, **options: Any) -> Callable[[Endpoint], Endpoint]:
        """A reading route."""
        return self._route("GET", path, action, options)

    def post(
        self, path: str, *, action: Action, reads_only: bool = False, **options: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """A writing route; forms are checked for their CSRF and once tokens. One that only reads never waits for a writer."""
        add = self._route("POST", path, action, options)

        def mark(endpoint: Endpoint) -> Endpoint:
            endpoint.__dict__["reads_only"] = reads_only
            return add(endpoint)

        return mark

    def _route(self, method: str, path: str, action: Action, options: dict[str, Any]) -> Callable[[Endpoint], Endpoint]:
        options.setdefault("include_in_schema", self.door == "api")
        if self.door != "api":
            options.setdefault("response_model", None)

        def add(endpoint: Endpoint) -> Endpoint:
            self.router.add_api_route(
                path, endpoint, methods=[method], dependencies=self._dependencies(method, action), **options
            )
            endpoint.__dict__.setdefault("actions", {})[(method, self.router.prefix + path)] = action
            endpoint.__dict__["door"] = self.door
            return endpoint

        return add

    def _dependencies(self, method: str, action: Action) -> list[Any]:
        if self.door == "watch":
            return []
        if self.door == "api":
            return [Depends(refuse_nul), Depends(guard_api(action)), Depends(_ids_exist)]
        if method == "POST":
            return [Depends(check_csrf), Depends(_guard(self.door, action)), Depends(_ids_exist), Depends(check_once)]
        return [Depends(_guard(self.door, action)), Depends(_ids_exist)]


def _ids_exist(request: Request) -> None:
    """A number longer than any id names nothing, nor does a NUL; a database would answer them with an error."""
    for value in request.path_params.values():
        text = str(value)
        if "\0" in text or (text.isdecimal() and len(text) > LONGEST_NUMBER):
            raise HTTPException(404)


def _guard(door: Door, action: Action) -> Callable[..., None]:
    def guard(request: Request, actor: CurrentActor) -> None:
        request.state.action = action
        require(actor, action)
        if not lets_in(door, actor, action):
            raise Forbidden("permission.bureau", _("这是市科技局的内部页面，企业请从企业服务入口办理。"))

    return guard


def lets_in(door: Door, actor: Actor, action: Action) -> bool:
    """Whether this door is one for such an actor: what a firm may do it does in the portal, not on the bureau's pages."""
    return action.public or door != "web" or actor.kind is not ActorKind.ENTERPRISE


def action_of(route: Any) -> Action | None:
    """The action that a route was declared with; None for a route made without a `GuardedRouter`."""
    actions = getattr(getattr(route, "endpoint", None), "actions", {})
    found: Action | None = next(
        (action for (method, path), action in actions.items() if path == route.path and method in route.methods), None
    )
    return found


def door_of(route: Any) -> Door:
    """The door that a route belongs to."""
    found: Door = getattr(route.endpoint, "door", "public")
    return found
