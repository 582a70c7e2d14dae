"""Publishing seeds/plans; a plan once published is the document's text and never changes in place."""

import hashlib
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import SeedError
from app.kit.seeds import SeedReport
from app.targets import catalogue, events
from app.targets.catalogue import ItemEntry, PlanFile
from app.targets.domain import TENTHOUSANDTHS
from app.targets.models import Plan, PlanItem


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Publish every plan that is new; raises SeedError when a published one was changed in place."""
    known = {plan.code: plan.content_hash for plan in session.scalars(select(Plan))}
    report = SeedReport()
    for entry in catalogue.read_all(seeds_dir):
        if entry.code not in known:
            _publish(session, entry, actor, now)
            report += SeedReport(created=1)
        elif known[entry.code] == _digest(entry):
            report += SeedReport(unchanged=1)
        else:
            raise SeedError(
                f"seeds/plans/{entry.code}.yaml: this plan is published and never changes; "
                "give a corrected plan a code of its own"
            )
    return report


def _digest(entry: PlanFile) -> str:
    return hashlib.sha256(orjson.dumps(entry.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _publish(session: Session, entry: PlanFile, actor: Actor, now: datetime) -> None:
    session.add(
        Plan(
            code=entry.code,
            jurisdiction=entry.jurisdiction,
            year=entry.year,
            title=entry.title.model_dump(),
            issuer=entry.issuer.model_dump(),
            document_number=entry.document_number,
            index_number=entry.index_number,
            issued_on=entry.issued_on,
            content_hash=_digest(entry),
            published_at=now,
            items=[_item(position, item) for position, item in enumerate(entry.items)],
        )
    )
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.PLAN_PUBLISHED,
        subject=SubjectKey("plan", entry.code, entry.title.zh, region_code=entry.jurisdiction),
        data={"document": entry.document_number},
    )


def _item(position: int, item: ItemEntry) -> PlanItem:
    return PlanItem(
        position=position,
        code=item.code,
        clause=item.clause,
        name=item.name.model_dump(),
        wording=item.wording,
        operator=item.operator.value if item.operator else "",
        target_tenthousandths=None if item.target is None else int(item.target * TENTHOUSANDTHS),
        unit=item.unit.model_dump() if item.unit else {},
        headline=item.headline,
        counts=item.counts.model_dump(mode="json") if item.counts else None,
        remark=item.remark.model_dump() if item.remark else None,
    )
