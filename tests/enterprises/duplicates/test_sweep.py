"""The search through a register, what was decided, and the page of officers: found, judged, remembered, taken back, found anew."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.duplicates import service
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision
from app.enterprises.models import Contact, Enterprise
from app.jobs.models import Job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit.actor import Actor
from app.kit.db import commit
from app.kit.errors import Conflict, DomainError, NotFound
from tests.factories.enterprises import NOW, firm, many_firms
from tests.support.client import Client

SignIn = Callable[..., Client]
PAGE = "/enterprises/duplicates"


@pytest.fixture
def two(session: Session) -> tuple[Enterprise, Enterprise]:
    """One firm entered twice."""
    known = {"legal_representative": "王若谷", "address": "潜江市章华路12号"}
    one = firm(session, "潜江市楚禾粮油有限公司", **known)
    other = firm(session, "湖北楚和粮油有限责任公司", **known)
    many_firms(session, 5)
    commit(session)
    return one, other


@pytest.fixture
def sweep(session: Session, app: Any, settings: Settings) -> Callable[[Actor], Job]:
    """Orders a search and does what the server's worker would."""

    def run(actor: Actor) -> Job:
        job = service.start_sweep(session, actor=actor, now=NOW)
        commit(session)
        database = app.state.database
        Worker(JobContext(database, settings.data_dir), kinds_of(database.composition)).run_waiting()
        session.expire_all()
        return session.get_one(Job, job.id)

    return run


def pairs(session: Session) -> list[tuple[int, int, str]]:
    return [(row.one_id, row.other_id, row.decision) for row in session.scalars(select(DuplicatePair))]


def test_what_stands_twice_is_found_and_a_decision_stays_until_the_facts_change(
    session: Session, two: tuple[Enterprise, Enterprise], sweep: Callable[[Actor], Job], actor: Callable[..., Actor]
) -> None:
    officer = actor()
    done = sweep(officer)
    assert (done.state, done.result["firms"], done.result["found"]) == ("done", 7, 1), done.error
    ids = (two[0].id, two[1].id)
    assert pairs(session) == [(*ids, "")]
    (pair,) = session.scalars(select(DuplicatePair))
    service.decide(session, actor=officer, now=NOW, pair_id=pair.id, decision=DuplicateDecision.DIFFERENT)
    commit(session)
    sweep(officer)
    assert pairs(session) == [(*ids, "different")]
    session.add(Contact(enterprise_id=ids[0], name="甲", phone="10012345678"))
    commit(session)
    sweep(officer)
    assert pairs(session) == [(*ids, "")]


def test_a_pair_that_is_no_longer_alike_is_let_go(
    session: Session, two: tuple[Enterprise, Enterprise], sweep: Callable[[Actor], Job], actor: Callable[..., Actor]
) -> None:
    sweep(actor())
    session.get_one(Enterprise, two[1].id).disabled_on = NOW.date()
    commit(session)
    sweep(actor())
    assert pairs(session) == []


def test_a_decision_is_made_once_noted_and_taken_back(
    session: Session, two: tuple[Enterprise, Enterprise], sweep: Callable[[Actor], Job], actor: Callable[..., Actor]
) -> None:
    officer = actor()
    sweep(officer)
    (pair,) = session.scalars(select(DuplicatePair))
    given = {"actor": officer, "now": NOW, "pair_id": pair.id}
    with pytest.raises(Conflict):
        service.undo(session, **given)
    service.decide(session, **given, decision=DuplicateDecision.SAME)
    with pytest.raises(Conflict):
        service.decide(session, **given, decision=DuplicateDecision.RELATED)
    service.undo(session, **given)
    commit(session)
    types = [event.type for event in session.scalars(select(JournalEvent).order_by(JournalEvent.position))]
    assert [each for each in types if each.startswith("enterprise.duplicate")] == [
        "enterprise.duplicate_decided",
        "enterprise.duplicate_reopened",
    ]
    with pytest.raises(NotFound):
        service.undo(session, actor=actor(region="420101"), now=NOW, pair_id=pair.id)
    with pytest.raises(DomainError):
        service.undo(session, actor=actor(role="leader"), now=NOW, pair_id=pair.id)


def test_the_page_shows_both_records_and_keeps_what_is_said(
    session: Session,
    two: tuple[Enterprise, Enterprise],
    sweep: Callable[[Actor], Job],
    actor: Callable[..., Actor],
    sign_in: SignIn,
) -> None:
    client = sign_in()
    assert client.submit(PAGE, {}, to=f"{PAGE}/sweep").status_code == 303
    session.query(Job).delete()
    commit(session)
    sweep(actor())
    page = client.get(PAGE).text
    assert two[0].uscc in page and two[1].uscc in page and "同音字" in page and "章华路12号" in page
    (pair,) = session.scalars(select(DuplicatePair))
    assert f'formaction="{PAGE}/{pair.id}/decide"' in page
    decided = client.post_form(f"{PAGE}/{pair.id}/decide", {"decision": "same", "back": f"{PAGE}?reason=slip"})
    assert decided.headers["location"] == f"{PAGE}?reason=slip&done={pair.id}"
    assert two[0].uscc not in client.get(PAGE).text
    assert "待合并" in client.get(f"{PAGE}?decided=same").text
    shown = client.get(decided.headers["location"]).text
    assert f"已记住“{two[0].name}”与“{two[1].name}”：同一家" in shown
    assert client.submit(decided.headers["location"], {}, to=f"{PAGE}/undo").status_code == 303
    assert two[0].uscc in client.get(PAGE).text
    assert client.post_form(f"{PAGE}/{pair.id}/undo").status_code == 303, "nothing to take back, which is said"
    assert client.post_form(f"{PAGE}/{pair.id}/decide", {"decision": "nonsense"}).status_code == 303
    session.expire_all()
    assert pairs(session)[0][2] == ""


def test_the_page_sends_as_many_statements_for_many_pairs(
    session: Session, sign_in: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def shown(number: int) -> list[str]:
        for _ in range(number):
            ids = sorted(many_firms(session, 2))
            session.add(DuplicatePair(one_id=ids[0], other_id=ids[1], score_e4=9000, facts_sha256="", found_at=NOW))
        commit(session)
        with count_queries() as sent:
            assert client.get(PAGE).status_code == 200
        return [text.split("WHERE")[0][:90] for text in sent if text.startswith("SELECT")]

    client = sign_in()
    shown(1)
    assert shown(1) == shown(20)


def test_many_pairs_are_found_by_what_is_known_of_them_and_judged_at_once(session: Session, sign_in: SignIn) -> None:
    near, far = "429005001", "429005106"
    seen = {"name": {"name": "same-sound"}, "phone": {"phone": "same", "name": "other"}, "code": {"code": "slip"}}
    keys: dict[str, int] = {}
    for score, (what, observed) in zip((9_900, 8_100, 6_000), seen.items(), strict=True):
        one, other = (
            firm(session, f"甲{what}", region_code=near),
            firm(session, f"乙{what}", region_code=near if what == "code" else far),
        )
        told = {"score_e4": score, "observed": observed, "facts_sha256": "", "found_at": NOW}
        pair = DuplicatePair(one_id=one.id, other_id=other.id, **told)
        session.add(pair)
        session.flush()
        keys[what] = pair.id
    commit(session)
    client = sign_in()

    def found(query: str) -> list[str]:
        page = client.get(f"{PAGE}?{query}").text
        return sorted((what for what in keys if f"甲{what}" in page), key=lambda what: page.index(f"甲{what}"))

    assert found("") == ["name", "phone", "code"] and found("sort=score") == ["code", "phone", "name"]
    assert (
        found("score=80") == ["name", "phone"] and found("reason=slip") == ["name"] and found("reason=code") == ["code"]
    )
    assert found("reason=phone") == ["phone"] and found(f"region={far}") == ["name", "phone"]
    assert "没有符合条件的疑似重复" in client.get(f"{PAGE}?score=80&reason=code").text
    ticked = [str(keys["name"]), str(keys["phone"]), "999999"]
    done = client.post_form(f"{PAGE}/decide/different", {"pair": ticked, "back": f"{PAGE}?score=80"})
    assert done.headers["location"] == f"{PAGE}?score=80&done={keys['name']}-{keys['phone']}"
    page = client.get(done.headers["location"])
    assert (
        "已判断 2 对：不是同一家" in page.text
        and found("") == ["code"]
        and found("decided=different") == ["name", "phone"]
    )
    again = client.post_form(f"{PAGE}/decide/different", {"pair": ticked})
    assert "已由他人判断过" in client.get(again.headers["location"]).text
    client.submit(done.headers["location"], {}, to=f"{PAGE}/undo")
    assert len(found("")) == 3
    none = client.post_form(f"{PAGE}/decide/related")
    assert "请先勾选" in client.get(none.headers["location"]).text


@pytest.mark.parametrize("role", ["leader"])
def test_who_may_not_change_firms_may_look_and_not_decide(session: Session, sign_in: SignIn, role: str) -> None:
    client = sign_in(role=role)
    answer = client.get(PAGE)
    assert answer.status_code == 200 and "/sweep" not in answer.text
