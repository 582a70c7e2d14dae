"""What a case lacks, for machines: the same list as the case page, within the client's region."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit import db
from tests.api.conftest import MakeCaller
from tests.factories import cases
from tests.support import people


def test_the_list_says_what_by_whom_and_how_pressing(session: Session, caller: MakeCaller, now: datetime) -> None:
    head = people.officer(session, role="section_head")
    case = cases.led_to(session, head, now, "review")
    db.commit(session)
    answer = caller(scopes="export:read").get(f"/api/v1/cases/{case.number}/missing")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["number"], told["stage"], told["next_step"]) == (case.number, "review", "recommend")
    now_needed = {(need["kind"], need["code"]): need for need in told["missing"] if need["level"] == "now"}
    assert set(now_needed) == {("milestone", "formal-opinion"), ("approval", "recommend")}
    assert now_needed["milestone", "formal-opinion"]["by"] == "bureau"
    assert {need["kind"] for need in told["missing"] if need["level"] == "optional"} >= {"opinion"}
    assert all(need["text"] and need["text_en"] for need in told["missing"])


def test_a_finished_case_lacks_nothing(session: Session, caller: MakeCaller, now: datetime) -> None:
    case = cases.led_to(session, people.officer(session, role="section_head"), now, "certified")
    db.commit(session)
    told = caller(scopes="export:read").get(f"/api/v1/cases/{case.number}/missing").json()
    assert (told["state"], told["next_step"], told["missing"]) == ("finished", None, [])


def test_another_region_scope_or_number_is_refused(session: Session, caller: MakeCaller, now: datetime) -> None:
    case = cases.opened(session, people.officer(session), now).row
    db.commit(session)
    address = f"/api/v1/cases/{case.number}/missing"
    assert caller(region="429006", scopes="export:read").get(address).status_code == 404
    assert caller(scopes="policies:evaluate").get(address).status_code == 403
    assert caller(scopes="export:read").get("/api/v1/cases/QJ-XX-2021-0001/missing").status_code == 404
    assert caller(scopes="export:read").get(f"{address}?level=now").status_code == 422
