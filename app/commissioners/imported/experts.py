"""The experts that the rows of a batch name: found among those on file, or to be put on file once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.commissioners import events, queries
from app.commissioners.domain import IDS
from app.commissioners.imported.row_reader import fold
from app.commissioners.models import Commissioner
from app.commissioners.service.people import PERSONAL
from app.enterprises.domain.names import normalise_name, person_pinyin
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import IntakeContext
from app.enterprises.imports.returned.record import stood
from app.enterprises.imports.row_reader import Parsed
from app.journal.domain import Change, PendingEvent, SubjectKey
from app.journal.service import record_many
from app.kit.bulk import insert_numbered
from app.kit.i18n import N_
from app.kit.membership import one_of

_EMPTY = {"unit": "", "title": "", "degree": "", "field_code": None, "speciality": "", "phone": "", "note": ""}
_COUNTY_DIGITS = 6


@dataclass(eq=False)
class ExpertRecord:
    """An expert whom rows name: on file, or new with what the first of them says."""

    name: str
    values: dict[str, Any]
    on_file: Commissioner | None = None
    id: int | None = None
    region_code: str = ""

    def value_of(self, column: str) -> Any:
        """What stands, or will stand, in a column."""
        return getattr(self.on_file, column) if self.on_file is not None else self.values.get(column, "")


@dataclass
class ExpertIndex:
    """Experts by name and unit, and by name alone; those put on file by earlier rows of the batch among them."""

    prefix: str
    by_name: dict[str, list[ExpertRecord]] = field(default_factory=dict)
    retired: set[tuple[str, str]] = field(default_factory=set)

    def numbered(self, number: str) -> ExpertRecord | None:
        """The one on file with this number."""
        everybody = (each for bearers in self.by_name.values() for each in bearers)
        return next((each for each in everybody if each.id is not None and str(each.id) == number), None)

    def find(self, name: str, unit: str) -> ExpertRecord | RowReason | None:
        """Who is meant; None when nobody of this name and unit is known. Without a unit the only one of the name is."""
        bearers = self.by_name.get(fold(name), [])
        fitting = [each for each in bearers if not unit or fold(str(each.value_of("unit"))) == fold(unit)]
        if len(fitting) > 1:
            ids = "、".join(IDS.of(each.id) for each in fitting[:3] if each.id)
            return RowReason(
                "expert.ambiguous", {"name": name, "ids": ids}, N_("有几位专家都叫“%(name)s”（%(ids)s），请写明单位。")
            )
        if fitting:
            return fitting[0]
        if (fold(name), fold(unit)) in self.retired:
            return RowReason("expert.retired", {"name": name}, N_("专家“%(name)s”已停用，请先恢复。"))
        return None

    def add(self, values: Mapping[str, Any], region_code: str) -> ExpertRecord:
        """A new expert, kept by the officer's office, else by that of the county in which it is seen first."""
        made = ExpertRecord(values["name"], dict(values), region_code=self.prefix or region_code[:_COUNTY_DIGITS])
        self.by_name.setdefault(fold(made.name), []).append(made)
        return made


def load_experts(session: Session, intake: IntakeContext, names: Iterable[str], *, lock: bool) -> ExpertIndex:
    """The experts on file who bear these names, in one statement; `lock` keeps others from writing their agreements meanwhile."""
    index = ExpertIndex(intake.prefix)
    spoken = {person_pinyin(name)[:300] for name in names}
    if not spoken:
        return index
    statement = queries.visible_to(intake.actor).where(one_of(Commissioner.name_pinyin, sorted(spoken)))
    statement = statement.order_by(Commissioner.id)
    for row in session.scalars(statement.with_for_update() if lock else statement):
        name = fold(normalise_name(row.name))
        if row.disabled_on is None:
            index.by_name.setdefault(name, []).append(ExpertRecord(row.name, {}, row, row.id, row.region_code))
        else:
            index.retired.add((name, fold(row.unit)))
    return index


def named_experts(batch: Sequence[Parsed]) -> list[str]:
    """The names of the experts whom rows name, also those that rows which come back from an export named then."""
    told = [parsed for parsed in batch if not parsed.refusals]
    then = [back.before for parsed in told if (back := stood(parsed)) and back.before]
    return [parsed.values["expert"]["name"] for parsed in (*told, *then) if "expert" in parsed.values]


def find_expert(session: Session, intake: IntakeContext, name: str, unit: str) -> Commissioner | None:
    """The active expert of this name and unit, locked, for a decision about what a row said of it."""
    found = load_experts(session, intake, [name], lock=True).find(name, unit)
    return found.on_file if isinstance(found, ExpertRecord) else None


def put_on_file(session: Session, intake: IntakeContext, records: Sequence[ExpertRecord], now: datetime) -> None:
    """Insert the new experts, each with its event; sets their ids."""
    new = [each for each in records if each.id is None]
    rows = [_row(each, now) for each in new]
    for record, key in zip(new, insert_numbered(session, Commissioner, rows), strict=True):
        record.id = key
    record_many(session, [_created(each, intake, now) for each in new])


def subject_key(record: ExpertRecord, enterprise_id: int | None = None) -> SubjectKey:
    """The journal's key of an expert who may have been put on file just now."""
    assert record.id is not None
    return SubjectKey("commissioner", IDS.of(record.id), record.name, enterprise_id, record.region_code)


def parted(changes: Mapping[str, Change]) -> tuple[dict[str, Change], dict[str, Change]]:
    """Changes for the open journal, and the personal ones."""
    return (
        {name: pair for name, pair in changes.items() if name not in PERSONAL},
        {name: pair for name, pair in changes.items() if name in PERSONAL},
    )


def _row(record: ExpertRecord, now: datetime) -> dict[str, Any]:
    pinyin = person_pinyin(record.name)
    written = {name: value for name, value in record.values.items() if name in _EMPTY}
    return {
        **_EMPTY,
        **written,
        "name": record.name,
        "name_pinyin": pinyin[:300],
        "name_initials": "".join(part[0] for part in pinyin.split())[:80],
        "region_code": record.region_code,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _created(record: ExpertRecord, intake: IntakeContext, now: datetime) -> PendingEvent:
    said = {"name": record.name} | {name: record.values.get(name) for name in _EMPTY}
    changes, private = parted({name: (None, value) for name, value in said.items() if value})
    data = {"import": intake.run_id, "id": record.id, "note": record.name}
    return PendingEvent(intake.actor, now, events.CREATED, subject_key(record), changes, data, private)
