"""Two officers at the same moment: one of them comes too late, and is told so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners.models import Commissioner, ServiceAgreement
from app.commissioners.service import agreements
from app.enterprises.models import Enterprise
from app.incentives.models import Incentive
from app.incentives.schemas import StepInput
from app.incentives.service import steps
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict
from tests.commissioners.terms import terms
from tests.factories.commissioners import expert, firm
from tests.factories.incentives import certificate

OFFICERS = 4


def all_at_once(database: db.Database, work: Callable[[Session], object]) -> list[str]:
    """`work` in a transaction of its own for each officer, all begun together; what came of each."""
    barrier = Barrier(OFFICERS)

    def one(_number: int) -> str:
        barrier.wait()
        try:
            with db.session_scope(database) as session:
                work(session)
        except Conflict as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(OFFICERS) as pool:
        return sorted(pool.map(one, range(OFFICERS)))


def test_one_of_several_agreements_for_the_same_days_is_kept(
    database: db.Database, session: Session, actor: Callable[..., Actor], now: datetime
) -> None:
    officer = actor()
    who, where = expert(session, officer, now), firm(session)
    db.commit(session)

    def sign(own: Session) -> None:
        agreements.sign(
            own,
            actor=officer,
            commissioner=own.get_one(Commissioner, who.id),
            enterprise=own.get_one(Enterprise, where.id),
            terms=terms(),
            now=now,
        )

    assert all_at_once(database, sign) == ["commissioner.agreement.overlap"] * (OFFICERS - 1) + ["done"]
    assert len(session.scalars(select(ServiceAgreement)).all()) == 1


def test_one_of_several_recommendations_is_kept(
    database: db.Database, session: Session, actor: Callable[..., Actor], now: datetime
) -> None:
    officer, where = actor(), firm(session)
    fact = certificate(session, where, date(2021, 3, 1))
    db.commit(session)

    def recommend(own: Session) -> None:
        steps.recommend(
            own,
            actor=officer,
            enterprise=own.get_one(Enterprise, where.id),
            scheme_code="high-tech-first-recognition",
            trigger_key=f"certificate:{fact.id}",
            given=StepInput(happened_on=date(2021, 6, 1)),
            now=now,
        )

    assert all_at_once(database, recommend) == ["done"] + ["incentive.recommended_before"] * (OFFICERS - 1)
    assert len(session.scalars(select(Incentive)).all()) == 1
