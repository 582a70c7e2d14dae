"""A firm that is gone is never silently among others: wherever lists of firms or pages about it show it, a badge says so."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.events import OPENED
from app.cases.schemas import OpenCases
from app.cases.service.opening_many import check_openings
from app.engagement.domain.requests import RequestKind
from app.engagement.schemas import AskFirm
from app.engagement.service.asking_many import check_requests
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict
from tests.factories.commissioners import agreement, expert
from tests.factories.enterprises import NOW, firm
from tests.support.client import Client

SignIn = Callable[..., Client]
MakeActor = Callable[..., Actor]


def badges(page: str) -> list[str]:
    return re.findall('<span class="st [a-z]+">((?:注销|吊销|迁出|在业)[^<]*)</span>', page)


def test_a_gone_firm_bears_that_as_a_badge(sign_in: SignIn, session: Session) -> None:
    old, new = firm(session, "旧厂", business_status="struck_off"), firm(session, "新厂", business_status="in_business")
    db.commit(session)
    client = sign_in(region="429005")
    assert badges(client.get("/enterprises").text) == ["注销"]
    for tab in ("", "/figures", "/timeline"):
        assert badges(client.get(f"/enterprises/{old.uscc}{tab}").text) == ["注销"], tab
        assert badges(client.get(f"/enterprises/{new.uscc}{tab}").text) == [], tab
    plan = client.post_form("/visits/rounds/new", {"which": "ticked", "firm": [old.uscc, new.uscc]}).text
    assert "排入 1 家" in plan and "1 家近期走访过或不在业" in plan and badges(plan) == ["注销"]


def test_nobody_begins_with_a_gone_firm_unawares(sign_in: SignIn, session: Session, actor: MakeActor) -> None:
    """A case, an agreement, a request, a message: refused or left out with its state and day, or a reason is kept."""
    gone_on = {"business_status": "struck_off", "business_status_on": date(2021, 5, 8)}
    old, new = firm(session, "旧厂", **gone_on), firm(session, "新厂", business_status="in_business")
    wang, order = actor(region="429005"), {"programme": "high-tech-enterprise", "year": 2021}
    checked = check_openings(
        session, actor=wang, now=NOW, firms=(old, new), command=OpenCases(enterprise_ids=[old.id, new.id], **order)
    )
    assert ["注销（2021-05-08）" in one.refusal for one in checked] == [True, False]
    wanted = AskFirm(kind=RequestKind.OTHER, title="近况", department="science")
    asked = check_requests(session, actor=wang, now=NOW, firms=(old, new), command=wanted)
    assert [[finding.text for finding in one.findings] for one in asked] == [["该企业注销（2021-05-08）。"], []]
    db.commit(session)

    client = sign_in(region="429005")
    page = f"/cases/new?enterprise={old.uscc}"
    refused = client.submit(page, order, to="/cases/new").text
    assert "该企业注销（2021-05-08），不再立案" in refused and "仍要立案的理由" in refused
    opened = client.submit(page, order | {"gone_reason": "认定被撤销后的争议"}, to="/cases/new").text
    assert "查询码" in opened
    (event,) = session.scalars(select(JournalEvent).where(JournalEvent.type == OPENED.code))
    assert event.data["reason"] == "认定被撤销后的争议"
    assert [badges(client.get(f"/cases{part}").text) for part in ("", "/board")] == [["注销（2021-05-08）"]] * 2
    papers = client.get("/cases/papers").text
    assert (
        "1 件的企业已注销、吊销或迁出，没有勾选" in papers
        and " checked" not in papers.partition('<form method="get"')[2]
    )
    portal = sign_in(enterprise_id=old.id).get("/portal").text
    assert "科技局登记的贵企业经营状态：注销（2021-05-08）" in portal
    head = sign_in("section_head")
    told = head.get("/messages/new").text
    assert "1 家已注销、吊销或迁出，不发送" in told and "旧厂" in told.partition("不发送")[2]
    assert "不发送" not in head.get("/messages/new?of=enterprises&query=status%3Dgone").text
    assert "1 家已注销、吊销或迁出，不发送" in head.get("/messages/new?of=cases").text
    exported = head.get("/enterprises/export.csv").text
    assert "经营状态" in exported and "注销" in exported


def test_an_agreement_may_have_begun_before_a_firm_was_gone(session: Session, actor: MakeActor) -> None:
    wang = actor(region="429005")
    who = expert(session, wang, NOW)
    old = firm(session, "旧厂", business_status="moved_away", business_status_on=date(2021, 5, 8))
    agreement(session, wang, NOW, who, old, ends_on=date(2021, 5, 1))
    with pytest.raises(Conflict) as refused:
        agreement(session, wang, NOW, who, old, starts_on=date(2021, 5, 8))
    assert (
        refused.value.code == "commissioner.agreement.enterprise_gone" and "迁出（2021-05-08）" in refused.value.message
    )
