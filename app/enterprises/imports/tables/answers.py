"""What a person says of columns that seem to be tables of their own, carried out before the import begins."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises.imports.mapping import Registers
from app.enterprises.imports.models import ImportSheet
from app.enterprises.imports.shapes.side_by_side import Columns
from app.enterprises.imports.sheets import read_part
from app.enterprises.imports.tables.beside import APART, ONE, kept_parts, part_name, part_of
from app.enterprises.imports.tables.layout import read_sheet
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular import Table


def answer_tables(session: Session, sheet: ImportSheet, answer: str, table: Table, registers: Registers) -> bool:
    """Read the sheet as one table or as several; whether that is another reading than before.

    Raises Invalid for another answer than these.
    """
    tables = sheet.mapping.get("tables", {})
    if not answer or not tables or answer == (APART if "of" in tables else tables["answer"]):
        return False
    if answer not in (APART, ONE):
        raise Invalid("import.tables_beside", _("请说明并排的列是几张表还是一张表。"))
    if answer == APART:
        _part(session, sheet, kept_parts(tables), table, registers)
    else:
        _join(session, sheet, kept_parts(tables), table, registers)
    session.flush()
    return True


def _part(session: Session, sheet: ImportSheet, parts: tuple[Columns, ...], table: Table, registers: Registers) -> None:
    of, name = sheet.position, table.sheets[sheet.position].name
    last = session.scalar(select(func.max(ImportSheet.position)).where(ImportSheet.run_id == sheet.run_id)) or 0
    for place in range(len(parts)):
        layout = read_part(part_of(table.sheets[of], parts, place), parts, of, place, registers)
        each = (
            sheet if place == 0 else ImportSheet(run_id=sheet.run_id, position=max(last, len(table.sheets) - 1) + place)
        )
        each.name, each.hidden, each.chosen = part_name(name, place), sheet.hidden, not layout.missing(registers)
        each.register, each.mapping = layout.register, layout.to_json()
        session.add(each)


def _join(session: Session, sheet: ImportSheet, parts: tuple[Columns, ...], table: Table, registers: Registers) -> None:
    of = sheet.mapping.get("tables", {}).get("of", sheet.position)
    of_run = session.scalars(select(ImportSheet).where(ImportSheet.run_id == sheet.run_id)).all()
    for each in of_run:
        if each.mapping.get("tables", {}).get("of") == of and each.position != of:
            session.delete(each)
    whole = next(each for each in of_run if each.position == of)
    tables = {"parts": [list(each) for each in parts], "answer": ONE}
    layout = replace(read_sheet(table.sheets[of], registers), tables=tables)
    whole.name, whole.register, whole.mapping = table.sheets[of].name, layout.register, layout.to_json()
    whole.chosen = not layout.missing(registers)
