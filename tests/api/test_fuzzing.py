"""Schemathesis sends what the document allows and what it does not: no 500, every answer conforms."""

import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.domain import SCOPES
from app.accounts.service.clients import make_signature_key
from app.api.documentation import api_routes
from app.doors.requests.rate import RateLimiter
from app.exchange.signatures import SharedKey, SignedCall, sign_call
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.db import commit
from tests.api.conftest import Caller, MakeCaller
from tests.counts import Counts
from tests.exchange.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
UNLIMITED = 10**9
OPERATIONS = sorted((next(iter(route.methods)), route.path) for route in api_routes())


@pytest.fixture
def trusted(caller: MakeCaller, world: World, app: Any) -> Caller:
    """A client with every scope that may call as often as it likes, over a few records."""
    app.state.rate_limiter = RateLimiter(UNLIMITED, UNLIMITED)
    return caller(scopes=" ".join(SCOPES))


class Signing:
    """The application as a caller sees it that signs each call as it goes out, whatever stands in it."""

    def __init__(self, app: ASGIApp, one: Caller, key: str) -> None:
        self.app, self.one, self.key = app, one, SharedKey(key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on with its signature."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        target = (scope["raw_path"] + query).decode("latin-1")
        call, nonce = SignedCall(scope["method"], target, body), secrets.token_urlsafe(16)
        signed = sign_call(self.key, self.one.client_id, call, utc_now(), nonce)
        others = [(name, value) for name, value in scope["headers"] if not name.startswith(b"ym-")]
        scope["headers"] = others + [(name.encode(), value.encode()) for name, value in signed.items()]
        read: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def body_then_end() -> Message:
            return read.pop() if read else await receive()

        await self.app(scope, body_then_end, send)


@pytest.fixture
def signing(trusted: Caller, app: Any, session: Session, now: datetime) -> Signing:
    """The client with a signature key."""
    sealing = app.state.settings.secret
    key = make_signature_key(session, actor=SYSTEM, client_id=trusted.client_id, sealing=sealing, now=now)
    commit(session)
    return Signing(app, trusted, key)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_api_keeps_to_its_own_document(
    trusted: Caller, signing: Signing, counts: Counts, method: str, path: str
) -> None:
    operation = schemathesis.openapi.from_asgi("/api/openapi.json", signing)[path][method]
    headers = {} if path.startswith("/oauth/") else {"authorization": f"Bearer {trusted.token}"}
    try_mode(operation, GenerationMode.POSITIVE, headers, counts)
    with suppress(Unsatisfiable):  # an operation without parameters cannot be called wrongly
        try_mode(operation, GenerationMode.NEGATIVE, headers, counts)


def try_mode(operation: Any, mode: GenerationMode, headers: dict[str, str], counts: Counts) -> None:
    @settings(
        max_examples=max(5, counts.property_examples // 10),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()
