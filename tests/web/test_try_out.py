"""试算: any policy for any firm on any day, decided by what is filled in; nothing is kept."""

import html
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.policies.models import FactStatement, StoredVerdict
from tests.factories.commissioners import expert
from tests.factories.enterprises import firm as firm_on_file
from tests.support.client import Client
from tests.support.markup import flat

SignIn = Callable[..., Client]
PAGE = "/policies/high-tech-enterprise/try-out?on=2021-06-30"


@pytest.fixture
def known(session: Session) -> Enterprise:
    return firm_on_file(session)


def test_a_firm_is_tried_with_what_is_on_file(sign_in: SignIn, known: Enterprise, session: Session) -> None:
    client = sign_in("leader")
    page = client.get(f"{PAGE}&uscc={known.uscc}")
    assert page.status_code == 200
    assert 'value="2014-05-20"' in page.text and known.name in page.text
    before = session.scalar(select(func.count()).select_from(JournalEvent))
    answer = client.submit(
        f"{PAGE}&uscc={known.uscc}", {"staff_average": "80", "rd_staff_average": "7"}, to="try-out?on"
    )
    assert answer.status_code == 200
    assert "7 人 ÷ 80 人 = 8.75%" in answer.text and "不可能通过" in answer.text
    assert session.scalar(select(func.count()).select_from(JournalEvent)) == before
    assert session.scalars(select(FactStatement)).all() == [] and session.scalars(select(StoredVerdict)).all() == []


def test_somebody_not_on_file_starts_from_nothing(sign_in: SignIn) -> None:
    client = sign_in()
    answer = client.submit(PAGE, {"registered_on": "2021-01-04"}, to="try-out?on")
    assert answer.status_code == 200 and "177 天" in answer.text


def test_what_cannot_be_read_is_said_and_the_draft_stays(sign_in: SignIn) -> None:
    answer = sign_in().submit(PAGE, {"staff_average": "eighty", "rd_staff_average": "7"}, to="try-out?on")
    assert answer.status_code == 422
    assert 'id="e-staff_average"' in answer.text and 'name="rd_staff_average" value="7"' in flat(answer.text)


def test_an_expert_is_held_against_the_policies_about_people(
    sign_in: SignIn, session: Session, actor: Any, now: datetime
) -> None:
    person = expert(session, actor(), now)
    client = sign_in()
    record = client.get(f"/commissioners/{person.public_id}").text
    addresses = re.findall(r'href="(/policies/[^"]+try-out[^"]+)"', record)
    assert {address.split("/")[2] for address in addresses} == {
        "rural-science-commissioner",
        "science-commissioner-special",
    }
    rural, special = sorted(html.unescape(address) for address in addresses)
    page = client.get(special)
    assert page.status_code == 200 and person.name in page.text and person.unit in page.text
    answer = client.submit(rural, {"rural_commissioner_source": "local", "service_days": "80"}, to="try-out?on")
    assert answer.status_code == 200 and "乡土人才" in answer.text and "取决于" in answer.text


def test_who_may_try_and_what_is_not_there(sign_in: SignIn, client: Client, known: Enterprise) -> None:
    assert client.get(PAGE).status_code == 303
    assert sign_in(enterprise_id=known.id).get(PAGE).status_code == 403
    worker = sign_in("caseworker", "429006")
    assert worker.get(f"{PAGE}&uscc={known.uscc}").status_code == 404
    assert worker.get("/policies/no-such/try-out").status_code == 404
    assert worker.get("/policies/high-tech-enterprise/try-out?on=1999-01-01").status_code == 404
    assert worker.get("/policies/high-tech-enterprise/try-out?on=never").status_code == 422
    assert worker.post_form("/policies/high-tech-enterprise/try-out?on=2021-06-30", {}).status_code == 200
