"""Experts and agreements on file, through the use cases; firms as bare rows."""

from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.commissioners.models import Commissioner, ServiceAgreement
from app.commissioners.schemas import AgreementInput, CommissionerInput
from app.commissioners.service import agreements, people
from app.enterprises.models import Enterprise
from app.kit.actor import Actor

_serial = count(1)


def firm(session: Session, name: str = "", region: str = "429005001", **given: Any) -> Enterprise:
    """An enterprise on file, without an event."""
    number = next(_serial)
    title = f"{name or f'周矶精密{number}号'}（示例）"
    row = Enterprise(
        uscc=given.pop("uscc", f"91429099TEST{number:06d}"),
        name=title,
        name_pinyin=f"zhou ji {number:06d}",
        name_initials=f"zj{number}",
        region_code=region,
        created_at=datetime.fromisoformat("2021-01-04T01:00:00+00:00"),
        updated_at=datetime.fromisoformat("2021-01-04T01:00:00+00:00"),
        **given,
    )
    session.add(row)
    session.flush()
    return row


def expert(session: Session, actor: Actor, now: datetime, **given: Any) -> Commissioner:
    """An expert on file."""
    number = next(_serial)
    values = {"name": f"陈立{number}（示例）", "unit": "江汉大学（示例）", "phone": "13800000000"} | given
    return people.create(session, actor=actor, given=CommissionerInput(**values), now=now)


def agreement(
    session: Session, actor: Actor, now: datetime, who: Commissioner, where: Enterprise, **given: Any
) -> ServiceAgreement:
    """An agreement of the provincial programme over the year 2021, unless told otherwise."""
    values = {
        "programme_code": "hubei-special",
        "starts_on": date(2021, 1, 1),
        "ends_on": date(2021, 12, 31),
        "mode": "part-time",
    } | given
    return agreements.sign(
        session, actor=actor, commissioner=who, enterprise=where, terms=AgreementInput(**values), now=now
    )
