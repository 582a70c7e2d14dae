"""A partner on file, and the work that waits for it done at once."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import BatchBasis
from app.exchange.handovers.models import Handover
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.steering import release
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit.actor import Actor
from app.kit.db import Database, commit
from tests.conftest import NOW
from tests.support.house import HOUSE


def partner(session: Session, **given: Any) -> Partner:
    """A partner that takes files, of the whole county."""
    values = {
        "code": "province",
        "name": "湖北省科技厅（示例）",
        "definition": "province",
        "definition_version": "v1",
        "transport": Transport.FILES,
        "region_prefix": "429005",
        "resources": ["enterprises", "cases", "commissioners", "incentives"],
        "created_at": NOW,
        "updated_at": NOW,
    }
    row = Partner(**values | given)
    session.add(row)
    session.flush()
    return row


def work(session: Session, database: Database, folder: Path, now: datetime = NOW, **more: Any) -> None:
    """Do all background work that waits."""
    commit(session)
    Worker(JobContext(database, folder, lambda: now, **more), kinds_of(HOUSE)).run_waiting()
    session.expire_all()


def handed_over(session: Session, database: Database, folder: Path, actor: Actor, resource: str) -> Handover:
    """A batch of all records of `resource` for the partner `province`, that has gone out."""
    command = PrepareHandover(partner="province", resource=resource, basis=BatchBasis.ALL)
    number = start_handover(session, actor=actor, now=NOW, command=command).number
    work(session, database, folder)
    made = session.scalars(select(Handover).where(Handover.number == number)).one()
    release(session, actor=actor, now=NOW, handover=made)
    commit(session)
    return made
