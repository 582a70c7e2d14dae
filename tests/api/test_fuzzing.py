"""Schemathesis sends what the document allows and what it does not: no 500, every answer conforms."""

from contextlib import suppress
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

from app.api.documentation import api_routes
from app.doors.rate import RateLimiter
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
    return caller(scopes="export:read policies:evaluate")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_api_keeps_to_its_own_document(trusted: Caller, app: Any, counts: Counts, method: str, path: str) -> None:
    operation = schemathesis.openapi.from_asgi("/api/openapi.json", app)[path][method]
    headers = {} if path.startswith("/oauth/") else {"authorization": f"Bearer {trusted.token}"}
    try_mode(operation, GenerationMode.POSITIVE, headers, counts)
    with suppress(Unsatisfiable):  # an operation without parameters cannot be called wrongly
        try_mode(operation, GenerationMode.NEGATIVE, headers, counts)


def try_mode(operation: Any, mode: GenerationMode, headers: dict[str, str], counts: Counts) -> None:
    @settings(
        max_examples=max(5, counts.property_examples // 5),
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
