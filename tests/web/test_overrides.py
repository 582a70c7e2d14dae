"""Deciding otherwise than a kept verdict, on the pages: who is offered it, what is said, where it shows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.policies.models import StoredVerdict, VerdictOverride
from tests.factories import cases
from tests.support.client import Client

SignIn = Callable[..., Client]
DECISION = {"outcome": "met", "reason": "已核对原件", "document": "局务会纪要〔2021〕3号（示例）"}


@pytest.fixture
def case(session: Session, actor: Any, now: datetime) -> CaseFile:
    return cases.led_to(session, actor(role="section_head"), now, "review")


@pytest.fixture
def address(session: Session, case: CaseFile) -> str:
    kept = session.scalars(select(StoredVerdict).where(StoredVerdict.case_id == case.id)).one()
    return f"/enterprises/{case.enterprise.uscc}/verdicts/high-tech-enterprise/stored/{kept.id}"


def decided(client: Client, address: str, **given: str) -> Any:
    """The form of the kept verdict sent."""
    return client.submit(address, DECISION | given, to=f"{address}/override")


def test_a_head_decides_otherwise_and_everyone_sees_it(sign_in: SignIn, address: str, case: CaseFile) -> None:
    head = sign_in("section_head")
    assert decided(head, address).status_code == 303
    page = head.get(address).text
    assert "已另作决定：达标" in page and "局务会纪要〔2021〕3号（示例）" in page and "逐字一致" in page
    record = head.get(f"/cases/{case.number}").text
    assert "已另作决定：达标" in record and "对判定另作决定" in record and address in record
    firm = f"/enterprises/{case.enterprise.uscc}"
    assert "另作决定：达标" in head.get(f"{firm}/verdicts/high-tech-enterprise").text
    assert "对判定另作决定" in head.get(f"{firm}/timeline").text
    reader = sign_in("caseworker").get(address).text
    assert "已核对原件" in reader and "take-back" not in reader


def test_it_is_taken_back_with_a_reason_and_both_stay(sign_in: SignIn, address: str, session: Session) -> None:
    leader = sign_in("leader")
    decided(leader, address)
    assert leader.submit(address, {"reason": ""}, to="take-back").status_code == 422
    assert leader.submit(address, {"reason": "文号有误"}, to="take-back").status_code == 303
    page = leader.get(address).text
    assert "已撤回" in page and "文号有误" in page and "已核对原件" in page and f"{address}/override" in page
    assert session.scalars(select(VerdictOverride)).one().withdrawn_reason == "文号有误"


@pytest.mark.parametrize(
    ("field", "value"), [("outcome", ""), ("outcome", "unknown"), ("reason", ""), ("document", "x" * 301)]
)
def test_a_wrong_decision_is_refused_beside_its_field(
    sign_in: SignIn, address: str, session: Session, field: str, value: str
) -> None:
    answer = decided(sign_in("section_head"), address, **{field: value})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert session.scalars(select(VerdictOverride)).all() == []


def test_only_heads_and_leaders_of_the_region(sign_in: SignIn, address: str, case: CaseFile) -> None:
    worker = sign_in("caseworker")
    assert f"{address}/override" not in worker.get(address).text
    assert worker.post_form(f"{address}/override", DECISION).status_code == 403
    assert worker.post_form(f"/cases/{case.number}/verdicts/high-tech-enterprise").status_code == 403
    stranger = sign_in("section_head", "429006")
    assert stranger.post_form(f"{address}/override", DECISION).status_code == 404
    assert sign_in(enterprise_id=case.enterprise_id).post_form(f"{address}/override", DECISION).status_code == 403


def test_the_verdict_of_now_can_be_kept_and_the_older_is_no_longer_open_to_decision(
    sign_in: SignIn, address: str, case: CaseFile, session: Session
) -> None:
    head = sign_in("section_head")
    answer = head.submit(f"/cases/{case.number}", to=f"/cases/{case.number}/verdicts/")
    assert answer.status_code == 303 and answer.headers["location"] != address
    assert f"{address}/override" not in head.get(address).text
    refused = head.post_form(f"{address}/override", DECISION)
    assert refused.status_code == 422 and "更新的判定记录" in refused.text
    assert decided(head, answer.headers["location"]).status_code == 303
    assert "办理中留存" in head.get(f"/cases/{case.number}").text


def test_a_changed_record_is_said_to_be_changed(sign_in: SignIn, address: str, session: Session) -> None:
    kept = session.scalars(select(StoredVerdict)).one()
    kept.result = {**kept.result, "outcome": "met"}
    assert "校验值不符" in sign_in("leader").get(address).text
