"""The way of machines into a route: a bearer token, within the client's rate, signed where it must be."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import BackgroundTasks, Request
from starlette.concurrency import run_in_threadpool

from app.accounts.models import MachineClient
from app.doors.api.actor import Bearer, find_bearer
from app.doors.api.sent_file import SentFile, received
from app.doors.api.signature import check_signature
from app.doors.api.strict_json import sent_body
from app.doors.calls.beforehand import scanning_each
from app.doors.calls.call import Call
from app.doors.calls.entrance import Door, Endpoint, Entrance, Sends, ids_exist
from app.doors.requests.admission import LaneName
from app.doors.requests.deps import clock_of, get_admission, get_database, get_settings
from app.doors.requests.parameters import refuse_nul
from app.doors.requests.rate import RateLimiter
from app.kit.actor import ANONYMOUS
from app.kit.db import read_scope
from app.kit.errors import Forbidden
from app.kit.i18n import _
from app.kit.permissions import Action, can
from app.kit.tabular.reader import MAX_BYTES

#: A signature covers the body, also where it is empty.
BODY = Sends(sent_body, sent_body)


class ApiEntrance(Entrance):
    """Of machines; what is public asks nobody who they are."""

    def _look_at(self, request: Request, sent: Any) -> None:
        refuse_nul(request)

    def _let_in(self, call: Call) -> None:
        if not self.action.public:
            self._let_client_in(call)
        ids_exist(call.request)

    def _let_client_in(self, call: Call) -> None:
        client, sent = self._recognise(call).client, call.sent if isinstance(call.sent, SentFile) else call.body
        needed = client.signed_only or self.action.signed
        check_signature(call.request, call.session, client, sent, needed=needed, writes=self.writes, now=call.now)

    def _recognise(self, call: Call) -> Bearer:
        """Who calls; their call is counted once, and they may do this."""
        bearer = find_bearer(call.request, call.session, call.now)
        call.actor, call.request.state.action = bearer.actor, self.action
        if not hasattr(call.request.state, "rate_headers"):
            _take(call.request, bearer.client)
        if not can(bearer.actor, self.action):
            raise Forbidden("scope.missing", _("令牌缺少权限范围 %(scope)s。") % {"scope": self.action.scope})
        return bearer


class FileEntrance(ApiEntrance):
    """Of machines whose body is a file: from whoever may not send it nothing is received, and no transaction waits for what is."""

    def __init__(self, endpoint: Endpoint, door: Door, action: Action, *, lane: LaneName) -> None:
        super().__init__(endpoint, door, action, sends=Sends(self.receive, _received_before), lane=lane)

    async def receive(self, request: Request) -> AsyncIterator[SentFile]:
        """The file, looked through for malware."""
        async with get_admission(request).reads.place():
            await run_in_threadpool(self._look_ahead, request)
        async with received(request, MAX_BYTES, get_settings(request).data_dir) as file:
            request.state.sent_file = file
            if work := scanning_each(request, [file.source]):
                async with get_admission(request).beforehand[work.kind].place():
                    await run_in_threadpool(work.do)
            yield file

    def _look_ahead(self, request: Request) -> None:
        self._look_at(request, None)
        with read_scope(get_database(request)) as session:
            self._recognise(Call(request, session, ANONYMOUS, clock_of(request)(), None, BackgroundTasks()))


async def _received_before(request: Request) -> SentFile | None:
    """Of a file that was received all that a signature covers; its bytes may be gone."""
    found: SentFile | None = getattr(request.state, "sent_file", None)
    return found


def _take(request: Request, client: MachineClient) -> None:
    """Take one call off the client's rate, and tell it in the answer, a refusal included."""
    limiter: RateLimiter = request.app.state.rate_limiter
    rate = limiter.rate(client.rate_per_second, client.burst)
    request.state.rate_headers = rate.headers(0)
    request.state.rate_headers = rate.headers(limiter.take(str(client.id), rate))
