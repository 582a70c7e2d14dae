"""The way into a route: one thread job on one connection finds out who asks, lets them in or not, and runs the route."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import BackgroundTasks, Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from app.doors.calls.beforehand import SlowWork, scanning
from app.doors.calls.call import Call
from app.doors.requests.admission import LaneName
from app.doors.requests.csrf import check_csrf
from app.doors.requests.deps import (
    clock_of,
    find_actor,
    get_admission,
    get_database,
    get_form,
    read_form,
)
from app.doors.requests.once import check_once
from app.kit.actor import ANONYMOUS, Actor, ActorKind
from app.kit.db import read_scope, session_scope
from app.kit.errors import Forbidden
from app.kit.i18n import _
from app.kit.lists.filters import LONGEST_NUMBER
from app.kit.permissions import Action, require

#: `watch` is for whoever watches over the server: it asks nobody who they are, and so never waits for a place.
Door = Literal["web", "portal", "public", "api", "watch"]
Endpoint = Callable[..., Any]


@dataclass(frozen=True)
class Sends:
    """What is read of a request's body, before a place is taken: who sends slowly keeps nobody waiting."""

    dependency: Callable[..., Any]
    again: Callable[[Request], Awaitable[Any]]
    """The same once more, where it was read before."""


FORM = Sends(get_form, read_form)


class Entrance(ABC):
    """A route behind its door, as FastAPI calls it: with the route's own parameters and with what its `call` is made of."""

    def __init__(
        self,
        endpoint: Endpoint,
        door: Door,
        action: Action,
        *,
        sends: Sends | None = None,
        lane: LaneName = LaneName.READS,
    ) -> None:
        self.endpoint = endpoint
        self.door = door
        self.action = action
        self.sends = sends
        self.lane = lane
        self.writes = lane is LaneName.WRITES
        self.__name__ = endpoint.__name__
        self.__doc__ = endpoint.__doc__
        own = dict(inspect.signature(endpoint, eval_str=True).parameters)
        self._kind: type[Call] = own.pop("call").annotation
        asked = dict(inspect.signature(self._kind.asked, eval_str=True).parameters)
        del asked["self"]
        self._asked = frozenset(asked)
        self.__signature__ = _signature(sends, self._preparation(), own | asked)

    async def __call__(self, request: Request, later: BackgroundTasks, _sent: Any = None, **given: Any) -> Response:
        """Answer the request, in a place of its lane; raises `Busy`. Whoever sends slowly what the route reads has none meanwhile."""
        given.pop("_prepared", None)
        async with get_admission(request).of(self.lane).place():
            return await run_in_threadpool(self._answer, request, later, _sent, given)

    def _answer(self, request: Request, later: BackgroundTasks, _sent: Any, given: dict[str, Any]) -> Response:
        asked = {name: given.pop(name) for name in self._asked}
        with self._entered(request, later, _sent) as call, call.asked(**asked):
            answer: Response = self.endpoint(call, **given)
            return answer

    async def refuse(self, request: Request, error: Exception) -> None:
        """Raise what speaks against a request whose address is wrong: that somebody may not come in, else `error`."""
        sent = await self.sends.again(request) if self.sends else None
        async with get_admission(request).of(self.lane).place():
            await run_in_threadpool(self._refuse, request, sent, error)

    def _refuse(self, request: Request, sent: Any, error: Exception) -> None:
        with self._entered(request, BackgroundTasks(), sent):
            raise error

    @contextmanager
    def _entered(self, request: Request, later: BackgroundTasks, sent: Any) -> Iterator[Call]:
        """The call of whoever may come in; its session commits when the block ends, before the response is sent."""
        request.state.entered = True
        self._look_at(request, sent)
        now = clock_of(request)()
        with (session_scope if self.writes else read_scope)(get_database(request)) as session:
            request.state.session = session
            call = self._kind(request, session, ANONYMOUS, now, sent, later)
            self._let_in(call)
            yield call

    def _preparation(self) -> Callable[..., Awaitable[None]] | None:
        """What comes before the transaction that writes, as a dependency of the route."""
        return None

    @abstractmethod
    def _look_at(self, request: Request, sent: Any) -> None:
        """Refuse what can be refused without knowing who asks."""

    @abstractmethod
    def _let_in(self, call: Call) -> None:
        """Find out who asks; raises for whoever may not come in."""


Beforehand = Callable[[Call], SlowWork | None]
"""Looks, in a transaction that only reads, for what is to be done before the one that writes."""


class PageEntrance(Entrance):
    """Of people: they have a cookie, and their forms have tokens."""

    def __init__(
        self,
        endpoint: Endpoint,
        door: Door,
        action: Action,
        *,
        sends: Sends | None = None,
        lane: LaneName = LaneName.READS,
        beforehand: Beforehand | None = None,
    ) -> None:
        self._beforehand = beforehand
        super().__init__(endpoint, door, action, sends=sends, lane=lane)

    def _preparation(self) -> Callable[..., Awaitable[None]] | None:
        return self.prepare if self.sends and self.writes else None

    async def prepare(self, request: Request, sent: Annotated[FormData, Depends(get_form)]) -> None:
        """Do what comes before the transaction that writes; of a stranger to the route nothing is done."""
        work = scanning(request, sent)
        if work is None and self._beforehand is None:
            return
        async with get_admission(request).writes.place():
            found = await run_in_threadpool(self._look_ahead, request, sent)
        for one in filter(None, (work, found)):
            async with get_admission(request).beforehand[one.kind].place():
                await run_in_threadpool(one.do)

    def _look_ahead(self, request: Request, form: FormData) -> SlowWork | None:
        self._look_at(request, form)
        with read_scope(get_database(request)) as session:
            call = self._kind(request, session, ANONYMOUS, clock_of(request)(), form, BackgroundTasks())
            self._identify(call)
            return self._beforehand(call) if self._beforehand else None

    def _look_at(self, request: Request, sent: Any) -> None:
        if self.sends:
            check_csrf(request, sent)

    def _let_in(self, call: Call) -> None:
        self._identify(call)
        if self.sends:
            check_once(call.form, call.session, call.now)

    def _identify(self, call: Call) -> None:
        call.actor = find_actor(call.request, call.session, call.now, call.later)
        call.request.state.action = self.action
        require(call.actor, self.action)
        if not lets_in(self.door, call.actor, self.action):
            raise Forbidden("permission.bureau", _("这是市科技局的内部页面，企业请从企业服务入口办理。"))
        ids_exist(call.request)


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
                if not hasattr(request.state, "entered"):
                    await entrance.refuse(request, error)
                raise

        return handled


def _signature(
    sends: Sends | None, prepare: Callable[..., Any] | None, own: Mapping[str, inspect.Parameter]
) -> inspect.Signature:
    made_of: dict[str, Any] = {"request": Request, "later": BackgroundTasks}
    if sends:
        made_of["_sent"] = Annotated[Any, Depends(sends.dependency)]
    prepared = {"_prepared": Annotated[None, Depends(prepare)]} if prepare else {}
    keyword = inspect.Parameter.KEYWORD_ONLY
    first, last = (
        [inspect.Parameter(name, keyword, annotation=kind) for name, kind in some.items()]
        for some in (made_of, prepared)
    )
    return inspect.Signature([*first, *(parameter.replace(kind=keyword) for parameter in own.values()), *last])


def ids_exist(request: Request) -> None:
    """A number longer than any id names nothing, nor does a NUL; a database would answer them with an error."""
    for value in request.path_params.values():
        text = str(value)
        if "\0" in text or (text.isdecimal() and len(text) > LONGEST_NUMBER):
            raise HTTPException(404)


def lets_in(door: Door, actor: Actor, action: Action) -> bool:
    """Whether this door is one for such an actor: what a firm may do it does in the portal, not on the bureau's pages."""
    return action.public or door != "web" or actor.kind is not ActorKind.ENTERPRISE
