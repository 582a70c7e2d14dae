"""From where and how fast a client may call: at the token as at every call."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.service.clients import ClientLimits, limit_client, renew_secret
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from tests.api.conftest import Caller, MakeCaller


def limit(session: Session, one: Caller, now: datetime, **limits: object) -> None:
    given = ClientLimits(**limits)  # type: ignore[arg-type]
    limit_client(session, actor=SYSTEM, client_id=one.client_id, limits=given, now=now)


@pytest.fixture
def one(caller: MakeCaller) -> Caller:
    return caller()


def test_a_call_from_elsewhere_is_refused_with_the_address_that_we_see(
    one: Caller, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(session, one, now, allowed_addresses="203.0.113.0/24")
    for answer in (one.get("/api/v1/cases"), one.ask_token()):
        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
        assert answer.json()["code"] == "client.address" and "testclient" in answer.json()["detail"]
    assert one.ask_token(client_secret="wrong").status_code == 401
    monkeypatch.setattr(one.client._transport, "client", ("203.0.113.77", 50_000))
    assert one.ask_token().status_code == 200
    assert one.get("/api/v1/cases").status_code == 200
    session.expire_all()
    assert session.scalars(select(MachineClient.last_used_from)).one() == "203.0.113.77"


def test_a_client_keeps_to_its_own_rate_and_others_to_theirs(
    one: Caller, caller: MakeCaller, session: Session, now: datetime
) -> None:
    limit(session, one, now, rate_per_second=1, burst=2)
    answers = [one.get("/api/v1/cases") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[-1].headers["ratelimit-limit"] == "2" and int(answers[-1].headers["retry-after"]) >= 1
    assert caller().get("/api/v1/cases").headers["ratelimit-limit"] == "500"


@pytest.mark.parametrize(("overlap_days", "former_gets"), [(1, 200), (0, 401)])
def test_the_former_secret_gets_tokens_as_long_as_it_overlaps(
    one: Caller, session: Session, overlap_days: int, former_gets: int
) -> None:
    renewed = renew_secret(session, actor=SYSTEM, client_id=one.client_id, now=utc_now(), overlap_days=overlap_days)
    assert one.ask_token(client_secret=renewed).status_code == 200
    assert one.ask_token().status_code == former_gets
