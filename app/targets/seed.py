"""Publishing seeds/plans: a plan once published is the document's text and never changes, a correction is a file `.rN`."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.seeds import SeedReport, publish_each
from app.targets import catalogue, events
from app.targets.catalogue import PlanFile, PlanItemEntry, ReadPlan
from app.targets.domain import TENTHOUSANDTHS, version_name
from app.targets.models import IndicatorValue, Plan, PlanItem
from app.targets.queries import indicator_key


def load(session: Session, seeds_dir: Path, actor: Actor, now: datetime) -> SeedReport:
    """Publish every plan and correction that is new; raises SeedError when a published one was changed in place.

    One year of one place has one plan: another one is refused unless it is a correction.
    """
    published = {(plan.code, plan.revision): plan for plan in session.scalars(select(Plan))}

    def publish(read: ReadPlan) -> None:
        _check_place(read, published)
        published[read.file.code, read.revision] = _publish(session, read, published, actor, now)

    return publish_each(
        catalogue.read_all(seeds_dir),
        {key: plan.content_hash for key, plan in published.items()},
        key=lambda read: (read.file.code, read.revision),
        digest=lambda read: _digest(read.file),
        publish=publish,
        path=lambda read: read.read.path,
    )


Published = Mapping[tuple[str, int], Plan]


def _check_place(read: ReadPlan, published: Published) -> None:
    """A plan is the only one of its year and place; a correction has a plan to correct, of the same year and place."""
    file = read.file
    if read.revision:
        before = published.get((file.code, read.revision - 1))
        if before is None:
            raise read.error_at("supersedes", f"there is no plan '{read.supersedes}'")
        for key, of_both in (
            ("jurisdiction", (before.jurisdiction, file.jurisdiction)),
            ("year", (before.year, file.year)),
        ):
            if of_both[0] != of_both[1]:
                raise read.error_at(
                    key, f"this is {of_both[1]}, but '{read.supersedes}', which it corrects, is of {of_both[0]}"
                )
        return
    for plan in published.values():
        if (plan.jurisdiction, plan.year) == (file.jurisdiction, file.year):
            following = version_name(plan.code, max(number for code, number in published if code == plan.code) + 1)
            raise read.error_at(
                "year",
                f"{file.jurisdiction} has a plan of {file.year}, '{plan.code}', and a year has one; write a correction of it as "
                f"{following}.yaml with code: {plan.code} and supersedes",
            )


def _digest(entry: PlanFile) -> str:
    """Of what the plan says; which file it supersedes stands in its name."""
    content = entry.model_dump(mode="json", exclude={"supersedes"})
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _publish(session: Session, read: ReadPlan, published: Published, actor: Actor, now: datetime) -> Plan:
    entry = read.file
    plan = Plan(
        code=entry.code,
        revision=read.revision,
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
    session.add(plan)
    session.flush()
    subject = SubjectKey("plan", entry.code, entry.title.zh, region_code=entry.jurisdiction)
    changes = {"version": (read.supersedes, version_name(entry.code, read.revision))} if read.revision else {}
    data = {"document": entry.document_number}
    record(session, actor=actor, now=now, type=events.PLAN_PUBLISHED, subject=subject, changes=changes, data=data)
    if read.revision:
        _carry_over(session, published[entry.code, read.revision - 1], plan, actor, now)
    return plan


def _carry_over(session: Session, before: Plan, plan: Plan, actor: Actor, now: datetime) -> None:
    """The values known outside go on under the same keys; one whose indicator the correction dropped is told as gone."""
    items = {indicator_key(plan, item): item for item in plan.items if item.counts is not None}
    dropped_from = {item.id for item in before.items}
    of_plan = select(IndicatorValue).join(PlanItem).join(Plan).where(Plan.code == plan.code).order_by(IndicatorValue.id)
    for value in session.scalars(of_plan):
        item = items.get(value.key)
        if item is None and value.plan_item_id not in dropped_from:
            continue
        value.plan_item_id, value.updated_at = item.id if item else value.plan_item_id, now
        name = item.name["zh"] if item else value.key
        subject = SubjectKey("indicator", value.key, name, region_code=plan.jurisdiction)
        record(session, actor=actor, now=now, type=events.INDICATOR_CORRECTED, subject=subject)


def _item(position: int, item: PlanItemEntry) -> PlanItem:
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
