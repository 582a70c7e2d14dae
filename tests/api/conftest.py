"""Machine clients on file, and a caller that holds their tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy.orm import Session

from app.accounts.service.clients import create_client
from app.kit.actor import SYSTEM
from tests.exchange.world import World
from tests.support.client import Client


@dataclass
class Caller:
    """A program of the province: its credentials and its token."""

    client: Client
    client_id: str
    secret: str
    token: str = ""

    def ask_token(self, **form: str) -> Response:
        """Ask for a token by form."""
        given = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        return self.client.post("/oauth/token", data=given | form)

    def get(self, path: str, **options: Any) -> Response:
        """A call with the token."""
        return self.client.get(path, headers={"authorization": f"Bearer {self.token}"}, **options)


MakeCaller = Callable[..., Caller]


@pytest.fixture
def caller(client: Client, session: Session, now: datetime) -> MakeCaller:
    """`caller(region="429005", scopes="export:read")`: such a client with a token."""

    def make(region: str = "", scopes: str = "export:read") -> Caller:
        row, secret = create_client(
            session, actor=SYSTEM, name="省平台（示例）", scopes=scopes, region_prefix=region, now=now
        )
        made = Caller(client, row.client_id, secret)
        made.token = made.ask_token().json()["access_token"]
        return made

    return make


@pytest.fixture
def world(session: Session) -> World:
    """A few firms and what hangs on them, in two regions."""
    world = World(session).prepare()
    for region in ("429005001", "429005001", "429006", ""):
        firm = world.enterprise(region)
        world.add_parts(firm)
        world.advance(world.case(firm))
        world.pay(world.incentive(firm))
        world.agree(world.commissioner(region[:6]), firm)
    world.indicator()
    return world
