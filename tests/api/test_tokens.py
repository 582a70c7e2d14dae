"""`/oauth/token`: RFC 6749, to the letter; and what becomes of a token."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.service.clients import disable_client
from app.doors.api.actor import TOKEN_LIFE, make_token
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from tests.api.conftest import MakeCaller
from tests.support.client import Client

FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_token_by_form_and_by_basic(caller: MakeCaller, client: Client, session: Session) -> None:
    one = caller(scopes="export:read policies:evaluate")
    by_form = one.ask_token()
    assert by_form.status_code == 200
    assert by_form.headers["cache-control"] == "no-store"
    body = by_form.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", TOKEN_LIFE.total_seconds())
    assert body["scope"] == "export:read policies:evaluate"
    by_basic = client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "scope": "export:read"},
        auth=(one.client_id, one.secret),
    )
    assert by_basic.json()["scope"] == "export:read"
    kinds = set(session.scalars(select(JournalEvent.subject_kind).where(JournalEvent.type == "client.token")))
    assert kinds == {"client"}
    assert session.scalars(select(MachineClient.last_used_at)).one() is not None


@pytest.mark.parametrize(
    ("form", "status", "error", "says"),
    [
        ({"grant_type": ""}, 400, "invalid_request", "grant_type"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", "client_credentials"),
        ({"scope": "export:read nothing:real"}, 400, "invalid_scope", "nothing:real"),
        ({"scope": "policies:evaluate"}, 400, "invalid_scope", "policies:evaluate"),
        ({"client_secret": "wrong"}, 401, "invalid_client", "wrong secret"),
        ({"client_id": "ym-unknown"}, 401, "invalid_client", "unknown client"),
        ({"client_id": ""}, 401, "invalid_client", "missing"),
        ({"client_id": "a\x00b"}, 401, "invalid_client", "unknown client"),
    ],
)
def test_what_is_refused(caller: MakeCaller, form: dict[str, str], status: int, error: str, says: str) -> None:
    answer = caller().ask_token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert says in answer.json()["error_description"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("header", "status"), [("Basic !!!", 401), ("Bearer abc", 401), ("Basic bm9jb2xvbg==", 401), ("Basic", 401)]
)
def test_an_unreadable_basic_header(client: Client, header: str, status: int) -> None:
    answer = client.post("/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_client")


def test_both_ways_at_once_or_a_parameter_twice_is_refused(caller: MakeCaller, client: Client) -> None:
    one = caller()
    form = {"grant_type": "client_credentials", "client_id": one.client_id, "client_secret": one.secret}
    both = client.post("/oauth/token", data=form, auth=(one.client_id, one.secret))
    assert both.json()["error"] == "invalid_request"
    twice = client.post("/oauth/token", content="grant_type=client_credentials&grant_type=x", headers=FORM)
    assert twice.json()["error"] == "invalid_request"
    assert client.post("/oauth/token", json=form).json()["error"] == "invalid_request"


def test_a_huge_form_is_not_read(client: Client) -> None:
    answer = client.post("/oauth/token", content=b"grant_type=" + b"x" * 20_000, headers=FORM)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_get_is_not_a_way_to_a_token(client: Client) -> None:
    answer = client.get("/oauth/token")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_disabled_client_is_out_at_once(caller: MakeCaller, session: Session, now: datetime) -> None:
    one = caller()
    assert one.get("/api/v1/enterprises").status_code == 200
    disable_client(session, actor=SYSTEM, client_id=one.client_id, now=now)
    answer = one.get("/api/v1/enterprises")
    assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert one.ask_token().json()["error"] == "invalid_client"


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_token_that_is_none(client: Client, token: str) -> None:
    answer = client.get("/api/v1/enterprises", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_expired_or_foreign_token(caller: MakeCaller, client: Client, session: Session, settings: object) -> None:
    one = caller()
    row = session.scalars(select(MachineClient)).one()
    long_ago = utc_now() - TOKEN_LIFE - timedelta(seconds=1)
    scopes = frozenset({"export:read"})
    for secret, at in ((settings.secret, long_ago), (b"another secret, 32 bytes at least", utc_now())):  # type: ignore[attr-defined]
        one.token = make_token(secret, row, scopes, at)
        assert one.get("/api/v1/enterprises").status_code == 401


def test_a_token_cannot_gain_scopes(caller: MakeCaller, session: Session, settings: object) -> None:
    one = caller(scopes="policies:evaluate")
    row = session.scalars(select(MachineClient)).one()
    one.token = make_token(settings.secret, row, frozenset({"export:read"}), utc_now())  # type: ignore[attr-defined]
    answer = one.get("/api/v1/enterprises")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")
    assert "export:read" in answer.json()["detail"]
