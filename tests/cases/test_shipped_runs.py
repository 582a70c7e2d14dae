"""Every shipped programme led from its first stage to its end through the use cases, on both databases."""

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duties.models import CaseDuty
from app.cases.models import StageEntry
from app.enterprises.models import Certificate
from app.programmes.queries import get_in_force, load_catalogue
from tests.factories import cases

DAY = date(2021, 6, 30)

#: The certificates that programmes end in.
CERTIFIED = {
    "high-tech-enterprise", "technology-sme", "joint-innovation-centre", "star-maker-space", "rural-demonstration-base",
    "maker-space", "new-research-institute",
}  # fmt: skip


def test_twelve_programmes_are_in_force(session: Session) -> None:
    assert len(load_catalogue(session).in_force(DAY)) == 12


@pytest.mark.parametrize(
    "code",
    [*sorted(CERTIFIED), "technical-upgrade-cultivation", "key-laboratory-reserve", "city-conversion-project",
     "core-technology-project", "public-benefit-project"],
)  # fmt: skip
def test_a_case_is_led_to_its_end(session: Session, actor, now: datetime, code: str) -> None:
    case = cases.led_along(session, actor(role="section_head"), now, code)
    programme = get_in_force(session, code, DAY)
    assert (case.state, case.stage) == ("finished", programme.main_path[-1].code)
    entered = session.scalars(select(StageEntry.stage).where(StageEntry.case_id == case.id)).all()
    assert set(entered) <= {stage.code for stage in programme.main_path}
    kinds = session.scalars(select(Certificate.kind).where(Certificate.case_number == case.number)).all()
    assert kinds == ([code] if code in CERTIFIED else [])
    after = {duty.code for duty in programme.duties if duty.made_at == case.stage and duty.due.rule != "after-event"}
    open_duties = select(CaseDuty.code).where(CaseDuty.case_id == case.id, CaseDuty.waived_on.is_(None))
    assert set(session.scalars(open_duties)) == after
