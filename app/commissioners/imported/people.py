"""Taking lists of experts in. An expert is a name with a unit: namesakes at different units are two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from app.commissioners import events
from app.commissioners.imported import undo
from app.commissioners.imported.columns import PERSON
from app.commissioners.imported.experts import (
    ExpertIndex,
    ExpertRecord,
    find_expert,
    load_experts,
    named_experts,
    parted,
    put_on_file,
    subject_key,
)
from app.commissioners.imported.row_reader import WordTables, expert_key, load_word_tables, parse_person
from app.commissioners.models import Commissioner
from app.commissioners.service.people import subject_of
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import ImportedRegister, IntakeContext
from app.enterprises.imports.returned.record import RecordFields, is_added, stood, weigh_record
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected, undecided
from app.journal.domain import PendingEvent, plain
from app.journal.service import record_many
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import N_, _

_FILLED = ("unit", "title", "degree", "field_code", "speciality", "phone", "note")
_RETURNING = RecordFields(
    {"expert": "name"},
    dict.fromkeys(_FILLED, "") | {"field_code": None},
    fixed=frozenset({"name"}),
    needed=frozenset({"unit"}),
    within="expert",
)


@dataclass(frozen=True)
class PersonTaker:
    """Takes in experts; what a person set stands, since an expert's record keeps no word of where its values came from."""

    tables: WordTables
    intake: IntakeContext

    def key_of(self, source: SourceRow) -> str:
        """Name and unit."""
        name, unit = expert_key(source)
        return f"{name}|{unit}" if name else ""

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_person(source, self.tables)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Put on file, fill what is empty, leave, or ask."""
        index = load_experts(session, self.intake, named_experts(batch), lock=lock)
        return [undecided(parsed) or _decide_returned(parsed, index) or _decide(parsed, index) for parsed in batch]

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Insert the new experts, fill the others; each change is one event."""
        put_on_file(session, self.intake, [v.parsed.values["record"] for v in verdicts if _is_new(v)], now)
        changed = [verdict for verdict in verdicts if verdict.outcome is not RowOutcome.CREATED and verdict.values]
        record_many(session, [self._changed(verdict, now) for verdict in changed])
        update_experts(session, [(v.existing, v.values) for v in changed], now)
        for verdict in verdicts:
            if record := verdict.parsed.values.get("record"):
                verdict.target_id = record.id

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about one column."""
        name, _bar, unit = settlement.key.partition("|")
        expert = find_expert(session, self.intake, name, unit)
        if expert is None:
            raise NotFound("commissioner.not_found", _("没有这位专家，或不在您的辖区内。"))
        if plain(getattr(expert, settlement.field)) != plain(settlement.expected):
            raise Conflict("import.changed_since", _("该字段此后又被修改，请打开专家页面核对。"))
        changes, private = parted({settlement.field: (settlement.expected, settlement.wanted)})
        event = PendingEvent(
            settlement.actor, settlement.now, settlement.event, subject_of(expert), changes, settlement.data, private
        )
        record_many(session, [event])
        setattr(expert, settlement.field, settlement.wanted)
        expert.updated_at = settlement.now

    def _changed(self, verdict: RowVerdict, now: datetime) -> PendingEvent:
        record: ExpertRecord = verdict.parsed.values["record"]
        changes, private = parted({name: (record.value_of(name), value) for name, value in verdict.values.items()})
        data = {"import": self.intake.run_id, "id": record.id, "note": record.name}
        return PendingEvent(self.intake.actor, now, events.CHANGED, subject_key(record), changes, data, private)


def update_experts(session: Session, rows: Sequence[tuple[Commissioner, dict[str, Any]]], now: datetime) -> None:
    """Write columns of many experts by one statement; the rows that were read are read anew when next asked."""
    table = Commissioner.__table__
    assert isinstance(table, Table)
    statement = (
        update(table)
        .where(table.c.id == bindparam("key"))
        .values(
            {"version": table.c.version + 1, "updated_at": now} | {name: bindparam(f"new_{name}") for name in _FILLED}
        )
    )
    parameters = [
        {"key": row.id} | {f"new_{name}": values.get(name, getattr(row, name)) for name in _FILLED}
        for row, values in rows
    ]
    if parameters:
        session.connection().execute(statement, parameters)
    for row, _values in rows:
        session.expire(row)


def _is_new(verdict: RowVerdict) -> bool:
    return verdict.outcome is RowOutcome.CREATED


def _decide_returned(parsed: Parsed, index: ExpertIndex) -> RowVerdict | None:
    """What is to be done with a row that comes back from an export; None for any other."""
    back = stood(parsed)
    if back is None:
        return None
    record = index.numbered(back.key)
    verdict = weigh_record(parsed, record.on_file if record else None, _RETURNING)
    parsed.values["record"], verdict.target_id = record, record.id if record else None
    return verdict


def _decide(parsed: Parsed, index: ExpertIndex) -> RowVerdict:
    values = parsed.values["expert"]
    found = index.find(values["name"], values.get("unit", ""))
    if is_added(parsed) and isinstance(found, ExpertRecord) and found.on_file is not None:
        return rejected(parsed, RowReason("origin.on_file"))
    if isinstance(found, RowReason):
        return rejected(parsed, found)
    if found is None:
        parsed.values["record"] = index.add(values, "")
        return RowVerdict(parsed, RowOutcome.CREATED, list(parsed.remarks), values=dict(values))
    if found.on_file is None:
        return rejected(parsed, RowReason("expert.repeated", {"name": found.name}, N_("本表前面已有专家“%(name)s”。")))
    parsed.values["record"] = found
    return _compare(parsed, found.on_file)


def _compare(parsed: Parsed, row: Commissioner) -> RowVerdict:
    verdict = RowVerdict(parsed, RowOutcome.UNCHANGED, list(parsed.remarks), row, target_id=row.id)
    for name in _FILLED:
        ours, theirs = getattr(row, name), parsed.values["expert"].get(name)
        if not theirs or ours == theirs:
            continue
        if not ours:
            verdict.values[name] = theirs
        elif name != "unit":
            verdict.differences[name] = (ours, theirs)
    if verdict.differences:
        verdict.outcome = RowOutcome.DIFFERS
    elif verdict.values:
        verdict.outcome = RowOutcome.CHANGED
    return verdict


def _open(session: Session, intake: IntakeContext) -> PersonTaker:
    return PersonTaker(load_word_tables(session), intake)


PEOPLE = ImportedRegister(
    "person",
    N_("专家"),
    PERSON,
    ("专家", "专家库", "科技专员", "特派员", "科技副总", "科技人才", "人才名单", "专员名单"),
    _open,
    about_firm=False,
    reversal=undo.PERSON,
)
