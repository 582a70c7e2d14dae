"""Whoever opens the front door of others is led to the own one: a bookmark of the bare address works for everybody."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import Actor
from tests.factories.cases import firm
from tests.support import people
from tests.support.client import Client

WHO: dict[str, Callable[[Session], Actor]] = {
    "/": people.officer,
    "/department": lambda session: people.department(session, "tax"),
    "/portal": lambda session: people.enterprise_user(session, enterprise_id=firm(session).id),
}


@pytest.mark.parametrize("home", WHO)
def test_every_front_door_leads_home_and_nothing_else_opens(client: Client, session: Session, home: str) -> None:
    client.cookies.set(SESSION_COOKIE, people.open_session(session, WHO[home](session)))
    for door in WHO:
        answer = client.get(door)
        assert (answer.status_code, answer.headers.get("location", door)) == (
            (200, home) if door == home else (303, home)
        )
    foreign = "/cases" if home != "/" else "/portal/documents"
    assert client.get(foreign).status_code == 403
