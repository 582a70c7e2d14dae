"""The way of machines into a route: a bearer token, within the client's rate, signed where it must be."""

from typing import Any

from fastapi import Request

from app.accounts.models import MachineClient
from app.doors.api.actor import find_bearer
from app.doors.api.signature import check_signature
from app.doors.api.strict_json import sent_body
from app.doors.calls.call import Call
from app.doors.calls.entrance import Entrance, Sends, ids_exist
from app.doors.requests.parameters import refuse_nul
from app.doors.requests.rate import RateLimiter
from app.kit.errors import Forbidden
from app.kit.i18n import _
from app.kit.permissions import can

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
        bearer = find_bearer(call.request, call.session, call.now)
        call.actor, call.request.state.action = bearer.actor, self.action
        _take(call.request, bearer.client)
        if not can(bearer.actor, self.action):
            raise Forbidden("scope.missing", _("令牌缺少权限范围 %(scope)s。") % {"scope": self.action.scope})
        needed = bearer.client.signed_only or self.action.signed
        check_signature(
            call.request, call.session, bearer.client, call.body, needed=needed, writes=self.writes, now=call.now
        )


def _take(request: Request, client: MachineClient) -> None:
    """Take one call off the client's rate, and tell it in the answer, a refusal included."""
    limiter: RateLimiter = request.app.state.rate_limiter
    rate = limiter.rate(client.rate_per_second, client.burst)
    request.state.rate_headers = rate.headers(0)
    request.state.rate_headers = rate.headers(limiter.take(str(client.id), rate))
