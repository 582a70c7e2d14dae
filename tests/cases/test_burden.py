"""The burden count: requests, corrections and returns, each once, by firm and department; what casework knows before asking."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.cases.burden import (
    FIRMS_ASKED,
    THINGS_ASKED,
    BurdenFilter,
    DepartmentCount,
    list_departments_of,
    list_tallies_visible_to,
)
from app.cases.models import CaseFile
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.engagement.domain.requests import RequestedItem, RequestKind
from app.engagement.models import FirmRequest
from app.engagement.schemas import AskFirm, WithdrawRequest
from app.engagement.service.asking import ask_firm, withdraw_request
from app.engagement.service.objections import find_known
from app.enterprises.models import Enterprise
from app.files.models import Document, StoredFile
from app.kit.actor import Actor
from app.kit.lists.viewer import Viewer
from tests.factories.cases import firm, opened

ON = date(2021, 6, 30)
YEAR = BurdenFilter(date(2020, 7, 1), ON)


@pytest.fixture
def officer(actor: Callable[..., Actor]) -> Actor:
    return actor()


@pytest.fixture
def ask(session: Session, now: datetime, officer: Actor) -> Callable[..., FirmRequest]:
    """`ask(firm)`: one more thing by name."""

    def make(where: Enterprise, title: str, at: datetime = now, **given: object) -> FirmRequest:
        asked = AskFirm.model_validate({"kind": "other", "title": title} | given)
        return ask_firm(session, actor=officer, now=at, enterprise=where, given=asked)

    return make


def correction(session: Session, case: CaseFile, at: datetime, kind: str = "other", code: str = "") -> None:
    session.add(
        CorrectionItem(case_id=case.id, round=1, kind=kind, code=code, remark="盖章不清", asked_by="李晓", asked_at=at)
    )
    session.flush()


def returned(
    session: Session, case: CaseFile, at: datetime, material: str = "annual-audit", state: str = "returned"
) -> None:
    file = StoredFile(sha256="0" * 64, size=1, kind="pdf", name="审计.pdf", by_kind="officer", by_name="李晓", at=at)
    document = Document(
        enterprise_id=case.enterprise_id,
        kind="annual-audit",
        title="审计",
        year=2020,
        file=file,
        by_kind="officer",
        by_name="李晓",
        added_at=at,
        withdrawn_at=at,
    )
    session.add(document)
    session.flush()
    session.add(
        CaseMaterial(
            case_id=case.id,
            material=material,
            document_id=document.id,
            state=state,
            remark="缺页",
            by_kind="enterprise",
            by_name="王敏",
            at=at,
        )
    )
    session.flush()


def test_everything_asked_is_counted_once(
    session: Session, ask: Callable[..., FirmRequest], officer: Actor, now: datetime
) -> None:
    where = firm(session)
    case = opened(session, officer, now, where).row
    ask(where, "用工情况"), ask(where, "能耗", department="statistics")
    gone = ask(where, "误发")
    withdraw_request(
        session, actor=officer, now=now, request=gone, enterprise=where, given=WithdrawRequest(version=1, reason="误发")
    )
    correction(session, case, now)
    returned(session, case, now, "annual-audit", "removed")
    returned(session, case, now - timedelta(days=1), "special-audit")
    correction(session, case, now, "material", "special-audit")
    tallies = {(one.department, one.kind): one.n for one in list_tallies_visible_to(session, officer, YEAR)}
    assert tallies == {
        ("science", "other"): 1,
        ("science", "correction"): 2,
        ("science", "returned"): 1,
        ("statistics", "other"): 1,
    }
    (line,) = FIRMS_ASKED.page(Viewer(session, officer, ON), YEAR, cursor=None, limit=5).items
    assert (line.enterprise.id, line.n, sum(part.n for part in line.tallies)) == (where.id, 5, 5)
    rows = THINGS_ASKED.page(Viewer(session, officer, ON), YEAR, cursor=None, limit=10).items
    assert len(rows) == THINGS_ASKED.count(Viewer(session, officer, ON), YEAR).n == 5
    assert {row.case_number for row in rows} == {"", case.number}


def test_a_firm_sees_the_year_beside_the_year_before(
    session: Session, ask: Callable[..., FirmRequest], now: datetime
) -> None:
    where = firm(session)
    ask(where, "今年"), ask(where, "去年", now - timedelta(days=366)), ask(where, "前年", now - timedelta(days=740))
    ask(where, "统计", now - timedelta(days=400), department="statistics")
    assert list_departments_of(session, where.id, ON) == [
        DepartmentCount("science", 1, 1),
        DepartmentCount("statistics", 0, 1),
    ]


def test_pages_go_from_the_most_burdened_on_and_respect_the_region(
    session: Session, ask: Callable[..., FirmRequest], actor: Callable[..., Actor]
) -> None:
    firms = [firm(session, region="429005101") for _ in range(3)]
    for index, where in enumerate(firms):
        for number in range(index + 1):
            ask(where, f"{number}")
    reader = actor("leader")
    first = FIRMS_ASKED.page(Viewer(session, reader, ON), YEAR, cursor=None, limit=2)
    second = FIRMS_ASKED.page(Viewer(session, reader, ON), YEAR, cursor=first.next, limit=2)
    assert [(one.enterprise.id, one.n) for one in [*first.items, *second.items]] == [
        (firms[2].id, 3),
        (firms[1].id, 2),
        (firms[0].id, 1),
    ]
    rows = THINGS_ASKED.page(Viewer(session, reader, ON), YEAR, cursor=None, limit=4)
    rest = THINGS_ASKED.page(Viewer(session, reader, ON), YEAR, cursor=rows.next, limit=4)
    assert len({(row.source, row.key) for row in [*rows.items, *rest.items]}) == 6
    assert FIRMS_ASKED.count(Viewer(session, actor("leader", "429005001"), ON), YEAR).n == 0
    assert list_tallies_visible_to(session, actor("leader", "429005001"), YEAR) == []


def test_queries_do_not_grow(
    session: Session,
    ask: Callable[..., FirmRequest],
    officer: Actor,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    def queries() -> int:
        session.flush()
        with count_queries() as sent:
            FIRMS_ASKED.page(Viewer(session, officer, ON), YEAR, cursor=None, limit=50)
            list_tallies_visible_to(session, officer, YEAR)
            FIRMS_ASKED.count(Viewer(session, officer, ON), YEAR)
        return len(sent)

    ask(firm(session), "一")
    few = queries()
    for _ in range(20):
        ask(firm(session), "一")
    assert queries() == few == 4


def test_casework_says_what_it_knows(session: Session, officer: Actor, now: datetime) -> None:
    where = firm(session)
    case = opened(session, officer, now, where).row
    session.add(
        CaseAnswer(
            case_id=case.id, question="contact", value="王敏", draft=False, by_kind="enterprise", by_name="王敏", at=now
        )
    )
    session.flush()
    answer = RequestedItem(RequestKind.ANSWER, "contact")
    assert [one.text for one in find_known(session, [where.id], answer, ON)[where.id]] == [
        f"在办件 {case.number} 中已有答复。"
    ]
    returned(session, case, now)
    correction(session, case, now, "material", "rd-audit")
    audit, special = (RequestedItem(RequestKind.MATERIAL, kind, 2020) for kind in ("annual-audit", "special-audit"))
    assert "正等企业重交" in find_known(session, [where.id], audit, ON)[where.id][0].text
    assert "要求补正" in find_known(session, [where.id], special, ON)[where.id][0].text
    case.state = "withdrawn"
    assert find_known(session, [where.id], answer, ON) == {}
