"""Cases on file, through the use cases; firms and rights as bare rows."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.cases.domain.needs import next_action
from app.cases.models import CaseFile
from app.cases.schemas import OpenCase, TakeStep
from app.cases.service.moving import take_step
from app.cases.service.opening import OpenedCase, open_case
from app.demo.supplied import example_answer
from app.enterprises.models import Enterprise, IntellectualProperty
from app.kit.actor import Actor
from app.programmes.queries import get_version
from tests.factories.supplies import supply

PROGRAMME = "high-tech-enterprise"
_serial = count(1)

#: The smooth run of a certification: the action out of each stage, and what it asks for.
CERTIFICATION: tuple[tuple[str, dict[str, str]], ...] = (
    ("confirm-intent", {}),
    ("start-preparation", {}),
    ("start-filing", {}),
    ("submit", {}),
    ("recommend", {}),
    ("to-joint-review", {}),
    ("to-experts", {}),
    ("to-publicity", {}),
    ("file", {}),
    ("certify", {"certificate_number": "GR202142000001", "issued_on": "2021-06-30"}),
)


def firm(session: Session, name: str = "", region: str = "429005001", **given: Any) -> Enterprise:
    """An enterprise on file, without an event."""
    number = next(_serial)
    row = Enterprise(
        uscc=given.pop("uscc", f"91429099CASE{number:06d}"),
        name=f"{name or f'浩口精工{number}号'}（示例）",
        name_pinyin=f"hao kou jing gong {number:06d}",
        name_initials=f"hkjg{number}",
        region_code=region,
        created_at=given.pop("created_at", datetime(2021, 1, 4, 1, 0, tzinfo=UTC)),
        updated_at=datetime(2021, 1, 4, 1, 0, tzinfo=UTC),
        **given,
    )
    session.add(row)
    session.flush()
    return row


def right(session: Session, enterprise: Enterprise, *, ip_class: int = 2, **given: Any) -> IntellectualProperty:
    """A property on file, class II (a utility model) unless told otherwise."""
    number = next(_serial)
    row = IntellectualProperty(
        enterprise_id=enterprise.id,
        kind_code=given.pop("kind_code", "utility_model" if ip_class == 2 else "invention_patent"),
        ip_class=ip_class,
        number=f"ZL2019{number:08d}",
        name=given.pop("name", f"一种夹具{number}（示例）"),
        acquired_by=given.pop("acquired_by", "own_research"),
        granted_on=given.pop("granted_on", date(2020, 3, 1)),
        used_before=given.pop("used_before", 0),
        **given,
    )
    session.add(row)
    session.flush()
    return row


def opened(
    session: Session, actor: Actor, now: datetime, enterprise: Enterprise | None = None, **given: Any
) -> OpenedCase:
    """A case just opened in the certification of 2021, unless told otherwise."""
    where = enterprise or firm(session)
    values = {"enterprise_id": where.id, "programme": PROGRAMME, "year": 2021} | given
    return open_case(session, actor=actor, now=now, command=OpenCase(**values))


def step(session: Session, actor: Actor, now: datetime, case: CaseFile, action: str, **given: Any) -> CaseFile:
    """The case after one step, for which everything it insists on is put on file first."""
    supply(session, actor, now, case, action)
    command = TakeStep(action=action, version=case.version, **given)
    return take_step(session, actor=actor, now=now, number=case.number, command=command)


def led_to(session: Session, actor: Actor, now: datetime, stage: str, **given: Any) -> CaseFile:
    """A certification led along the smooth run until it stands in `stage`; `actor` must be a section head."""
    case = opened(session, actor, now, **given).row
    for action, values in CERTIFICATION:
        if case.stage == stage:
            return case
        case = step(session, actor, now, case, action, values=values)
    return case


def led_along(session: Session, actor: Actor, now: datetime, programme: str, stage: str = "", **given: Any) -> CaseFile:
    """A case of any programme, led by its main steps until it stands in `stage` or ends; `actor` a section head."""
    case = opened(session, actor, now, programme=programme, **given).row
    version = get_version(session, programme, case.programme_version)
    while case.state == "open" and case.stage != stage:
        action = next_action(version, case.stage)
        assert action is not None, case.stage
        values = {field.code: example_answer(field, case.opened_on, case.id) for field in action.needs.fields}
        case = step(session, actor, now, case, action.code, values=values)
    return case
