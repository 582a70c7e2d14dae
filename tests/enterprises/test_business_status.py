"""Whether a firm is in business: read from lists, and left out of candidates when it is gone."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.firm.taker import FIRMS
from app.enterprises.models import Enterprise
from app.enterprises.queries import candidates, count_gone_visible_to
from app.kit.actor import SYSTEM
from app.policies.whatif.register import list_firms
from tests.factories.enterprises import fictional_code, firm
from tests.support.taking import Hand


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("存续（在营、开业、在册）", "in_business"),
        ("在业", "in_business"),
        ("正常", "in_business"),
        ("已注销", "struck_off"),
        ("注销企业", "struck_off"),
        ("吊销，未注销", "revoked"),
        ("迁出", "moved_away"),
        ("不详", None),
    ],
)
def test_lists_tell_the_status_in_their_own_words(session: Session, text: str, status: str | None) -> None:
    row = {
        "uscc": fictional_code(9_000),
        "name": "浩口旧厂（示例）",
        "business_status": text,
        "business_status_on": "2020-05-08",
    }
    parsed = Hand(session, FIRMS).taker.parse(Hand(session, FIRMS).source(row))
    assert parsed.values.get("business_status") == status
    assert parsed.values["business_status_on"] == date(2020, 5, 8)


def test_who_is_gone_is_no_candidate(session: Session) -> None:
    here = firm(session)
    told = firm(session, business_status="in_business")
    for status in ("struck_off", "revoked", "moved_away"):
        firm(session, business_status=status)
    firm(session).disabled_on = date(2020, 1, 1)
    session.flush()
    found = session.scalars(select(Enterprise.id).where(candidates()).order_by(Enterprise.id)).all()
    assert found == [here.id, told.id] == list_firms(session, "429005")
    assert count_gone_visible_to(session, SYSTEM, "429005") == 3
    assert count_gone_visible_to(session, SYSTEM, "420105") == 0
