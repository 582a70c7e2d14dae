"""The report before anything leaves: reads the records as they are kept, in batches, and has each looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.domain import LISTS, FieldDefinition, FieldType
from app.exchange.json_values import RowEncoder
from app.exchange.preflight.domain import Checker, PreflightFinding, RecordFindings, Report
from app.exchange.preflight.queries import surroundings_of
from app.exchange.records import BATCH, RecordPlan, records_by_id


def check(
    session: Session, plan: RecordPlan, region_prefix: str, *, on: date, row_ids: Sequence[int] | None = None
) -> Report:
    """What blocks and what is advisable, for the visible ones of `row_ids`, or for every visible record.

    The number of queries is the same for each thousand records.
    """
    checked, found = 0, []
    for ids in _batches(session, plan, region_prefix, row_ids):
        looked_at = _look_at(session, plan, region_prefix, ids, on)
        checked += len(looked_at)
        found += [record for record in looked_at if record.findings]
    return Report(checked, tuple(found))


def blocks(
    session: Session, plan: RecordPlan, region_prefix: str, row_ids: Sequence[int], on: date
) -> dict[int, tuple[PreflightFinding, ...]]:
    """What keeps records here, by row id: only those of `row_ids` that must not leave."""
    report = check(session, plan, region_prefix, on=on, row_ids=row_ids)
    return {record.row_id: record.blocks for record in report.records if record.blocks}


def _batches(
    session: Session, plan: RecordPlan, region_prefix: str, row_ids: Sequence[int] | None
) -> Iterator[Sequence[int]]:
    if row_ids is not None:
        for start in range(0, len(row_ids), BATCH):
            yield row_ids[start : start + BATCH]
        return
    last = 0
    wanted = plan.source.visible(select(plan.source.id), region_prefix).order_by(plan.source.id).limit(BATCH)
    while ids := session.scalars(wanted.where(plan.source.id > last)).all():
        yield ids
        last = ids[-1]


def _look_at(
    session: Session, plan: RecordPlan, region_prefix: str, ids: Sequence[int], on: date
) -> list[RecordFindings]:
    kept = records_by_id(session, _as_kept(plan), region_prefix, ids)
    records = list(kept.values())
    around = surroundings_of(session, plan.resource, plan.definition, records, on)
    checker = Checker(plan.resource, plan.definition)
    found = []
    for row_id, record, surroundings in zip(kept, records, around, strict=True):
        key = plan.key_of(record[plan.definition.key])
        findings = checker.findings(key, record, surroundings)
        found.append(RecordFindings(row_id, key, surroundings.label, findings))
    return found


def _as_kept(plan: RecordPlan) -> RecordPlan:
    """The same plan, whose records hold the values of the database by the partner's names, not yet encoded."""
    plain = [field for field in plan.definition.fields if field.type not in LISTS]
    lists = tuple(
        replace(child, encode=_named(field.fields))
        if (field := plan.definition.field(child.name)).type is FieldType.RECORDS
        else child
        for child in plan.lists
    )
    return replace(plan, encode=_named(plain), lists=lists)


def _named(fields: Sequence[FieldDefinition]) -> RowEncoder:
    names = tuple(field.name for field in fields)
    return lambda row: dict(zip(names, row, strict=True))
