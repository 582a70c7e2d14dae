"""How many queries the verdict pages send: pinned, however many policies and kept verdicts there are."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.enterprises.queries import get_by_uscc_visible_to
from app.kit.actor import SYSTEM
from app.policies.service.verdicts import store_verdict
from tests.factories import cases
from tests.support.client import Client

SignIn = Callable[..., Client]
Counting = Callable[[], AbstractContextManager[list[str]]]
POLICY = "high-tech-enterprise"


@pytest.fixture
def used(session: Session, actor: Any, now: datetime) -> str:
    """A firm with an open case, its code."""
    return cases.led_to(session, actor(role="section_head"), now, "review").enterprise.uscc


def sent(count_queries: Counting, client: Client, url: str) -> int:
    """The statements that a second look at a page sends; the first one fills what the process keeps."""
    assert client.get(url).status_code == 200
    with count_queries() as queries:
        client.get(url)
    return len(queries)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("/enterprises/{uscc}", 46),
        ("/enterprises/{uscc}/verdicts/high-tech-enterprise", 22),
        ("/policies/technology-sme/try-out?uscc={uscc}", 20),
    ],
)
def test_a_page_sends_no_more_queries_than_it_should(
    sign_in: SignIn, count_queries: Counting, used: str, page: str, most: int
) -> None:
    assert sent(count_queries, sign_in(), page.format(uscc=used)) <= most


def test_kept_verdicts_cost_no_query_each(
    sign_in: SignIn, count_queries: Counting, session: Session, used: str, now: datetime
) -> None:
    client, url = sign_in(), f"/enterprises/{used}/verdicts/{POLICY}"
    before = sent(count_queries, client, url)
    enterprise = get_by_uscc_visible_to(session, SYSTEM, used)
    for _time in range(8):
        store_verdict(session, SYSTEM, enterprise, POLICY, now.date(), "submitted", None, now)
    assert sent(count_queries, client, url) == before
