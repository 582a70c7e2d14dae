"""A firm with a certification being filed, and its people in browsers of their own."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import Actor
from tests.factories.cases import firm, led_to
from tests.support import people
from tests.support.client import Client

Enter = Callable[..., Client]


@pytest.fixture
def head(actor: Callable[..., Actor]) -> Actor:
    """A section head of the bureau."""
    return actor(role="section_head")


@pytest.fixture
def filing(session: Session, head: Actor, now: datetime) -> CaseFile:
    """A certification of 2021 in which it is the firm's turn to file; nothing was supplied yet."""
    return led_to(session, head, now, "filing", enterprise=firm(session))


@pytest.fixture
def enter(new_client: Callable[[], Client], session: Session) -> Enter:
    """`enter(case, "reader")`: a browser in which such a person of the case's firm is signed in."""

    def make(case: CaseFile, role: str = "editor") -> Client:
        client, who = new_client(), people.enterprise_user(session, enterprise_id=case.enterprise_id, role=role)
        client.cookies.set(SESSION_COOKIE, people.open_session(session, who))
        return client

    return make
