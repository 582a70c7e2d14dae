"""The way into a route: one thread job on one connection finds out who asks, lets them in or not, and runs the route."""

import inspect
from collections.abc import Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any, Literal

from fastapi import BackgroundTasks, Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from app.doors.call import Call
from app.doors.csrf import check_csrf
from app.doors.deps import Form, admit, clock_of, find_actor, get_database, read_form
from app.doors.once import check_once
from app.doors.parameters import LONGEST_NUMBER
from app.kit.actor import Actor, ActorKind
from app.kit.db import read_scope, session_scope
from app.kit.errors import Forbidden
from app.kit.i18n import _
from app.kit.permissions import Action, require

#: `watch` is for whoever watches over the server: it asks nobody who they are, and so never waits for a place.
Door = Literal["web", "portal", "public", "api", "watch"]
Endpoint = Callable[..., Any]

#: What a call is made of. The form is read before a place is taken: who sends slowly keeps nobody waiting.
_MADE_OF: dict[str, Any] = {
    "request": Request,
    "background": BackgroundTasks,
    "form": Form,
    "_admitted": Annotated[None, Depends(admit, scope="function")],
}


class Entrance:
    """A route behind its door, as FastAPI calls it: with the route's own parameters and with what its `call` is made of."""

    def __init__(self, endpoint: Endpoint, door: Door, action: Action, *, form: bool, writes: bool) -> None:
        self.endpoint = endpoint
        self.door = door
        self.action = action
        self._has_form = form
        self._scope = session_scope if writes else read_scope
        self.__name__ = endpoint.__name__
        self.__doc__ = endpoint.__doc__
        own = dict(inspect.signature(endpoint, eval_str=True).parameters)
        self._kind: type[Call] = own.pop("call").annotation
        asked = dict(inspect.signature(self._kind.asked, eval_str=True).parameters)
        del asked["self"]
        self._asked = frozenset(asked)
        self.__signature__ = _signature(own | asked, form=form)

    def __call__(self, request: Request, background: BackgroundTasks, form: Any = None, **given: Any) -> Response:
        """Answer the request."""
        del given["_admitted"]
        asked = {name: given.pop(name) for name in self._asked}
        with self._entered(request, form, background) as call, call.asked(**asked):
            answer: Response = self.endpoint(call, **given)
            return answer

    def refuse(self, request: Request, form: FormData, error: Exception) -> None:
        """Raise what speaks against the request: that somebody may not come in, else `error`."""
        with self._entered(request, form, BackgroundTasks()):
            raise error

    @contextmanager
    def _entered(self, request: Request, form: FormData, background: BackgroundTasks) -> Iterator[Call]:
        """The call of whoever may come in; its session commits when the block ends, before the response is sent."""
        if self._has_form:
            check_csrf(request, form)
        now = clock_of(request)()
        with self._scope(get_database(request)) as session:
            request.state.session = session
            actor = find_actor(request, session, now, background)
            request.state.action = self.action
            self._let_in(actor)
            ids_exist(request)
            if self._has_form:
                check_once(form, session, now)
            yield self._kind(request, session, actor, now, form)

    def _let_in(self, actor: Actor) -> None:
        require(actor, self.action)
        if not lets_in(self.door, actor, self.action):
            raise Forbidden("permission.bureau", _("这是市科技局的内部页面，企业请从企业服务入口办理。"))


class EntranceRoute(APIRoute):
    """Whoever may not come in is told so first, whatever is wrong with the address besides."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()
        entrance: Entrance = self.endpoint  # type: ignore[assignment]

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                form = await read_form(request)
                async with asynccontextmanager(admit)(request):
                    await run_in_threadpool(entrance.refuse, request, form, error)
                raise

        return handled


def _signature(own: dict[str, inspect.Parameter], *, form: bool) -> inspect.Signature:
    keyword = inspect.Parameter.KEYWORD_ONLY
    made_of = [inspect.Parameter(name, keyword, annotation=kind) for name, kind in _MADE_OF.items()]
    return inspect.Signature(
        [
            *(parameter for parameter in made_of if form or parameter.name != "form"),
            *(parameter.replace(kind=keyword) for parameter in own.values()),
        ]
    )


def ids_exist(request: Request) -> None:
    """A number longer than any id names nothing, nor does a NUL; a database would answer them with an error."""
    for value in request.path_params.values():
        text = str(value)
        if "\0" in text or (text.isdecimal() and len(text) > LONGEST_NUMBER):
            raise HTTPException(404)


def lets_in(door: Door, actor: Actor, action: Action) -> bool:
    """Whether this door is one for such an actor: what a firm may do it does in the portal, not on the bureau's pages."""
    return action.public or door != "web" or actor.kind is not ActorKind.ENTERPRISE
