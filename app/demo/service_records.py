"""Fictional experts with agreements, and a few incentives on their way, through the services that officers use."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import CaseFile
from app.commissioners.domain import Degree, ServiceMode
from app.commissioners.models import Commissioner
from app.commissioners.schemas import AgreementInput, CommissionerInput
from app.commissioners.service.agreements import sign
from app.commissioners.service.people import create
from app.demo.words import SPECIALITIES, SURNAMES, UNITS
from app.enterprises.models import Enterprise
from app.incentives.queries.entitlements import EntitlementScope, page_entitlements
from app.incentives.queries.schemes import list_families
from app.incentives.schemas import StepInput
from app.incentives.service.steps import recommend
from app.kit.actor import Actor
from app.kit.clock import today
from app.policies.schemas import StatementInput
from app.policies.service.statements import state_fact
from app.policies.service.verdicts import store_verdict

EXPERTS = 30
#: Experts serve firms that have been there for a year.
SETTLED = timedelta(days=365)
#: How many experts serve under which programme.
SERVING = (("talent-serves-enterprise", 6), ("rural-commissioner", 18), ("deputy-director", 3))
RECOMMENDED = 4
VERDICTS = 40


def make_experts(session: Session, random: Random, officer: Actor, now: datetime) -> None:
    """Thirty experts and their agreements, unless experts are on file already."""
    if session.scalar(select(Commissioner.id).limit(1)):
        return
    settled = (Enterprise.field_code != "", Enterprise.registered_on <= today(now) - SETTLED)
    firms = session.scalars(select(Enterprise).where(*settled).order_by(Enterprise.id).limit(120)).all()
    if not firms:
        return
    experts = [_expert(session, random, officer, now, index) for index in range(EXPERTS)]
    position = 0
    for programme, count in SERVING:
        for expert in experts[position : position + count]:
            _agreement(session, random, officer, now, expert, firms, programme)
        position += count


def recommend_some(session: Session, officer: Actor, now: datetime) -> None:
    """Recommend the first few firms that are entitled to an incentive."""
    families = list_families(session, officer.region_prefix)
    found = page_entitlements(
        session, families, EntitlementScope(region_prefix=officer.region_prefix), limit=RECOMMENDED
    )
    for entitlement in found.items:
        recommend(
            session,
            actor=officer,
            enterprise=entitlement.enterprise,
            scheme_code=entitlement.family.code,
            trigger_key=entitlement.trigger_key,
            given=StepInput(happened_on=today(now), note="虚构示例数据"),
            now=now,
        )


def store_some_verdicts(session: Session, officer: Actor, now: datetime) -> None:
    """Keep the verdict of the first submitted certification cases, as their submission would have."""
    policy = "high-tech-enterprise"
    rows = session.scalars(
        select(CaseFile)
        .options(joinedload(CaseFile.enterprise))
        .where(CaseFile.programme_code == policy, CaseFile.submitted_on.is_not(None))
        .order_by(CaseFile.id)
        .limit(VERDICTS)
    ).all()
    for row in rows:
        assert row.submitted_on is not None
        state_fact(session, actor=officer, enterprise=row.enterprise, data=_no_accident(row.submitted_on), now=now)
        store_verdict(session, officer, row.enterprise, policy, row.submitted_on, "submit", row.id, now)


def _no_accident(on: date) -> StatementInput:
    """What the departments answered on the day of the submission."""
    return StatementInput(
        fact_code="accident_in_last_year",
        year=None,
        value=False,
        stated_on=on,
        source="有关部门函复（虚构示例数据）",
    )


def _expert(session: Session, random: Random, officer: Actor, now: datetime, index: int) -> Commissioner:
    given = CommissionerInput(
        name=f"{SURNAMES[index % len(SURNAMES)]}{'甲乙丙丁'[index // len(SURNAMES)]}（示例）",
        unit=UNITS[index % len(UNITS)],
        title=random.choice(("教授", "副教授", "高级工程师", "研究员")),
        degree=random.choice(list(Degree)),
        speciality=random.choice(SPECIALITIES),
        phone="0728-0000000",
    )
    return create(session, actor=officer, given=given, now=now)


def _agreement(
    session: Session,
    random: Random,
    officer: Actor,
    now: datetime,
    expert: Commissioner,
    firms: Sequence[Enterprise],
    programme: str,
) -> None:
    starts = today(now) - timedelta(days=random.randint(20, 250))
    terms = AgreementInput(
        programme_code=programme,
        number=f"示例-{expert.id:03d}",
        starts_on=starts,
        ends_on=starts + timedelta(days=random.choice((364, 729))),
        aim=f"{expert.speciality}方面的技术指导（虚构示例数据）",
        mode=random.choice(list(ServiceMode)),
    )
    sign(session, actor=officer, commissioner=expert, enterprise=random.choice(firms), terms=terms, now=now)
