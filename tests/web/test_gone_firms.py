"""A firm that is gone is never silently among others: wherever lists of firms or pages about it show it, a badge says so."""

import re
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.kit import db
from tests.factories.enterprises import firm
from tests.support.client import Client

SignIn = Callable[..., Client]


def badges(page: str) -> list[str]:
    return re.findall('<span class="st [a-z]+">(注销|吊销|迁出|在业)</span>', page)


def test_a_gone_firm_bears_that_as_a_badge(sign_in: SignIn, session: Session) -> None:
    old, new = firm(session, "旧厂", business_status="struck_off"), firm(session, "新厂", business_status="in_business")
    db.commit(session)
    client = sign_in(region="429005")
    assert badges(client.get("/enterprises").text) == ["注销"]
    for tab in ("", "/figures", "/timeline"):
        assert badges(client.get(f"/enterprises/{old.uscc}{tab}").text) == ["注销"], tab
        assert badges(client.get(f"/enterprises/{new.uscc}{tab}").text) == [], tab
    plan = client.post_form("/visits/rounds/new", {"which": "ticked", "firm": [old.uscc, new.uscc]}).text
    assert "排入 2 家" in plan and badges(plan) == ["注销"]
