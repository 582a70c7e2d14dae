"""Remembering how a person read a sheet, for the next file of the same headings; and forgetting it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports import events
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.mapping import Registers, SheetMapping
from app.enterprises.imports.models import ImportRun, ImportSheet, RememberedMapping
from app.enterprises.imports.remembered.choices import ChosenReading, chosen_reading, digest_of, plain_heads
from app.enterprises.imports.remembered.memory import said_of
from app.enterprises.imports.sheets import allowed, guess_sheet, order_sheets, require_uploaded, sheet_at
from app.enterprises.imports.tables.beside import APART, find_tables
from app.enterprises.imports.tables.layout import read_sheet
from app.journal.domain import EventType, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import composition_of, insert_into
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.tabular import Table

_LABEL = 200


def remember(
    session: Session, *, actor: Actor, run: ImportRun, sheet: ImportSheet, table: Table, now: datetime, office: str
) -> None:
    """Keep how the sheet is read by now for the next file of its headings; what is only guessed need not be kept.

    A reading that is remembered already stays as it is, and the sheet goes on to tell of it.
    """
    registers = allowed(composition_of(session), ImportKind(run.kind))
    layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
    said = sheet.mapping.get("remembered")
    sheet.mapping = {name: value for name, value in sheet.mapping.items() if name != "remembered"}
    if layout.origin:
        return
    made = _Remembering(session, actor, run, office, now)
    if layout.tables.get("place") == 0:
        made.keep_apart(table, sheet, registers)
    if layout.register in registers and layout.columns:
        reading = chosen_reading(sheet_at(table, sheet), layout, registers)
        kept = made.keep([column.header for column in layout.columns], reading)
        if said and not kept:
            sheet.mapping = sheet.mapping | {"remembered": said}


def remember_all(session: Session, *, actor: Actor, run: ImportRun, table: Table, now: datetime, office: str) -> None:
    """Keep how all sheets are read that will be taken in, where a person told it of the whole file."""
    chosen = select(ImportSheet).where(ImportSheet.run_id == run.id, ImportSheet.chosen)
    for sheet in session.scalars(chosen.order_by(ImportSheet.position)):
        remember(session, actor=actor, run=run, sheet=sheet, table=table, now=now, office=office)
    session.flush()


def forget(session: Session, *, actor: Actor, mapping_id: int, now: datetime) -> None:
    """The next file of these headings is guessed again. Raises NotFound where there is none in the actor's region."""
    row = session.get(RememberedMapping, mapping_id, with_for_update=True)
    if row is None or not row.region_prefix.startswith(actor.region_prefix):
        raise NotFound("import.mapping_unknown", _("没有这条记住的对应。"))
    require(actor, IMPORT, row)
    _note(session, actor, row, events.FORGOTTEN, now, {"before": row.reading, "chosen_by": said_of(row)})
    session.delete(row)
    session.flush()


def guess_again(session: Session, *, actor: Actor, run: ImportRun, position: int, table: Table) -> int:
    """Read a sheet of the file as it would be guessed, whatever is remembered; returns the place of its (first) table.

    Raises NotFound for a sheet that is not there, Conflict once the import began.
    """
    require(actor, IMPORT, run)
    require_uploaded(run)
    standing = session.scalars(select(ImportSheet).where(ImportSheet.run_id == run.id)).all()
    of = next((_sheet_of_file(each) for each in standing if each.position == position), None)
    if of is None:
        raise NotFound("import.sheet_unknown", _("文件里没有这张工作表。"))
    registers = allowed(composition_of(session), ImportKind(run.kind))
    further = max(len(table.sheets), *(each.position + 1 for each in standing))
    for each in standing:
        if _sheet_of_file(each) == of:
            session.delete(each)
    session.flush()
    for number, guess in enumerate(guess_sheet(of, table.sheets[of], registers)):
        own = replace(
            guess, position=further + number if number else of, mapping=guess.mapping | {"chosen_by": actor.name}
        )
        session.add(ImportSheet(run_id=run.id, **vars(own)))
    session.flush()
    order_sheets(session.scalars(select(ImportSheet).where(ImportSheet.run_id == run.id)).all(), registers)
    session.flush()
    return of


def _sheet_of_file(sheet: ImportSheet) -> int:
    """The place in the file of the sheet that this is, or is a table of."""
    return int(sheet.mapping.get("tables", {}).get("of", sheet.position))


class _Remembering:
    """Keeps readings for one office."""

    def __init__(self, session: Session, actor: Actor, run: ImportRun, office: str, now: datetime) -> None:
        self._session, self._actor, self._run, self._office, self._now = session, actor, run, office, now

    def keep_apart(self, table: Table, sheet: ImportSheet, registers: Registers) -> None:
        """That the tables of a sheet are such, where that is not plain."""
        whole = table.sheets[sheet.mapping["tables"]["of"]]
        layout = read_sheet(whole, registers)
        plain = find_tables(whole, registers).plain
        reading = None if plain else ChosenReading(layout.register, tables=APART)
        self.keep([column.header for column in layout.columns], reading)

    def keep(self, heads: list[str], reading: ChosenReading | None) -> bool:
        """Keep a reading by its heads, None for what is guessed; whether that is another than was remembered."""
        digest = digest_of(self._run.kind, heads)
        same = RememberedMapping.region_prefix == self._office, RememberedMapping.digest == digest
        standing = self._session.scalar(select(RememberedMapping).where(*same).with_for_update())
        if not digest or (standing is None and reading is None):
            return False
        if standing is not None and reading is None:
            before = standing.reading
            _note(self._session, self._actor, standing, events.FORGOTTEN, self._now, {"before": before})
            self._session.delete(standing)
            self._session.flush()
            return True
        assert reading is not None
        if standing is not None and standing.reading == reading.to_json():
            return False
        self._write(digest, heads, reading, standing)
        return True

    def _write(self, digest: str, heads: list[str], reading: ChosenReading, standing: RememberedMapping | None) -> None:
        before = standing.reading if standing is not None else None
        chosen = {
            "kind": self._run.kind,
            "heads": list(plain_heads(heads)),
            "reading": reading.to_json(),
            "file_name": self._run.file_name,
            "by_kind": self._actor.kind,
            "by_id": self._actor.id,
            "by_name": self._actor.name,
            "at": self._now,
        }
        place = {"region_prefix": self._office, "digest": digest}
        insert = insert_into(self._session, RememberedMapping).values(**place, **chosen)
        self._session.execute(insert.on_conflict_do_update(index_elements=list(place), set_=chosen))
        same = RememberedMapping.region_prefix == self._office, RememberedMapping.digest == digest
        row = self._session.scalars(
            select(RememberedMapping).where(*same).execution_options(populate_existing=True)
        ).one()
        told = {"before": before, "after": row.reading}
        _note(self._session, self._actor, row, events.REMEMBERED, self._now, told)


def _note(
    session: Session, actor: Actor, row: RememberedMapping, event: EventType, now: datetime, told: dict[str, Any]
) -> None:
    subject = SubjectKey("import_mapping", str(row.id), row.label[:_LABEL], region_code=row.region_prefix)
    record(session, actor=actor, now=now, type=event, subject=subject, data={"kind": row.kind, **told})
