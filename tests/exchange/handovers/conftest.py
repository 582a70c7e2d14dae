"""A world of records, a partner, and batches of the ones for the other."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.handovers.jobs import KINDS
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.steering import release
from app.exchange.partners.models import Partner
from app.jobs.run import JobContext
from app.jobs.worker import Worker
from app.kit import db
from app.kit.actor import SYSTEM
from app.programmes.models import ProgrammeVersion
from tests.exchange.world import World
from tests.factories import partners


@pytest.fixture
def world(session: Session) -> World:
    """Rows that are complete enough to leave; their programme is a shipped one under the world's code."""
    made = World(session).prepare()
    own = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.code == "exchange-test")).one()
    shipped = session.scalars(select(ProgrammeVersion).where(ProgrammeVersion.code == "high-tech-enterprise")).first()
    assert shipped is not None
    own.content, own.sha256 = {**shipped.content, "code": own.code, "version": own.version}, "e" * 64
    session.flush()
    return made


@pytest.fixture
def partner(session: Session) -> Partner:
    """A partner by push for firms and cases."""
    made = partners.partner(session)
    db.commit(session)
    return made


class Desk:
    """What an officer does with batches, and what the worker does then."""

    def __init__(self, database: db.Database, session: Session, partner: Partner, now: datetime, data: Path) -> None:
        self.database = database
        self.session = session
        self.partner = partner
        self.now = now
        self.worker = Worker(JobContext(database, data, clock=lambda: now), {kind.code: kind for kind in KINDS})

    def prepared(self, resource: str = "enterprises", basis: str = "all", **given: Any) -> Handover:
        """A batch that the worker has frozen."""
        values = {"partner": self.partner.code, "resource": resource, "basis": basis} | given
        command = PrepareHandover.model_validate(values)
        made = start_handover(self.session, actor=SYSTEM, now=self.now, command=command)
        db.commit(self.session)
        self.worker.run_waiting()
        self.session.expire_all()
        return made

    def released(self, resource: str = "enterprises", basis: str = "all", **given: Any) -> Handover:
        """A batch that is on its way."""
        made = self.prepared(resource, basis, **given)
        release(self.session, actor=SYSTEM, now=self.now, handover=made)
        db.commit(self.session)
        return made

    def items(self, handover: Handover | None = None) -> list[HandoverItem]:
        """The items of one batch, or all, in order, as they stand now."""
        wanted = select(HandoverItem).order_by(HandoverItem.id)
        if handover is not None:
            wanted = wanted.where(HandoverItem.handover_id == handover.id)
        return list(self.session.scalars(wanted.execution_options(populate_existing=True)))


@pytest.fixture
def desk(database: db.Database, session: Session, partner: Partner, now: datetime, tmp_path: Path) -> Desk:
    """An officer's desk for batches of the partner."""
    return Desk(database, session, partner, now, tmp_path)
