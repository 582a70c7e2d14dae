"""What the page shows on which a person checks how a file is understood: its sheets, the columns of one, what will be written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.doors.forms.bound import Bound
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.imports.domain import KIND_LABELS, ImportKind
from app.enterprises.imports.fields import IN_CELLS, UNIT_LABELS, ImportField
from app.enterprises.imports.listed_kinds import kinds_of
from app.enterprises.imports.mapping import (
    IGNORED,
    NAME,
    REASON,
    RECORD,
    USCC,
    ColumnTarget,
    Registers,
    SheetMapping,
    field_of,
)
from app.enterprises.imports.models import ImportRun, ImportSheet
from app.enterprises.imports.recognition import HeadVocabulary, givable
from app.enterprises.imports.remembered.memory import remembered_texts
from app.enterprises.imports.returned.round_trip import origin_texts
from app.enterprises.imports.sheets import allowed, sheet_at
from app.enterprises.imports.staging import SheetPreview, label_of, preview, sheets_of
from app.enterprises.imports.tables.beside import APART, ONE
from app.enterprises.imports.tables.blanks import unlike_text
from app.enterprises.imports.tables.first_rows import left_out_rows, with_samples
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.tabular import Table, open_table
from app.kit.tabular.reader import uncalculated_text
from app.kit.written.amounts import unit_of
from app.web.imports.beforehand import SaidLine, said_lines
from app.web.imports.blank_lines import BlankLine, blank_lines
from app.web.imports.complete_form import CompleteListForm, complete_form
from app.web.imports.dry_run_card import DryRunCard, dry_run_card
from app.web.imports.preview_rows import PreviewHead, PreviewRow, places_of, preview_head, preview_row, shown_columns

Choices = tuple[tuple[str, str], ...]

LEFT_OUT_LABELS = {"total": N_("合计"), "note": N_("附注"), "head": N_("表头"), "title": N_("标题")}
_LISTED = 12
#: So many columns are asked about on one page.
_WIDE = 50


@dataclass(frozen=True)
class SheetLine:
    """One sheet of the file: what it is understood to hold, whether it is taken in, and what still has to be told."""

    position: int
    name: str
    note: str
    register: str
    chosen: bool
    ready: bool
    url: str
    active: bool


@dataclass(frozen=True)
class ColumnLine:
    """One column of the sheet: its header, sample values, what is chosen for it, its unit and those to choose from."""

    index: int
    header: str
    samples: str
    fills: str
    unit: str
    units: Choices


@dataclass(frozen=True)
class GivenLine:
    """What a sheet tells once for all its rows, and the codes to choose from."""

    name: str
    label: str
    value: str
    choices: Choices


@dataclass(frozen=True)
class LookedAt:
    """Which sheet the address names, by its place in the file, and which part of its columns."""

    position: int | None = None
    part: int = 0


@dataclass(frozen=True)
class PartLine:
    """Some of the columns of a sheet that has too many for one page."""

    label: str
    url: str


@dataclass(frozen=True)
class SheetNotes:
    """What is said of a sheet: of an export that comes back, whose choice its reading follows, rows that break its pattern, why it cannot
    be read at all.
    """

    origin: tuple[str, ...] = ()
    remembered: tuple[str, ...] = ()
    unlike: str = ""
    unreadable: str = ""


@dataclass(frozen=True)
class MappingPage:
    """How the file is understood, and what would become of the first rows of the sheet that is looked at."""

    run: ImportRun
    kind: str
    sheets: tuple[SheetLine, ...]
    sheet: SheetLine
    registers: Choices
    columns: tuple[ColumnLine, ...]
    targets: tuple[tuple[str, Choices], ...]
    given: tuple[GivenLine, ...]
    units: Choices
    not_imported: tuple[str, ...]
    header: tuple[int, int]
    missing: tuple[str, ...]
    without_unit: tuple[str, ...]
    heads: tuple[PreviewHead, ...]
    preview: tuple[PreviewRow, ...]
    total: int
    repeated: int
    left_out: str
    ready: bool
    unready: tuple[str, ...]
    complete: CompleteListForm
    beforehand: tuple[SaidLine, ...]
    dry_run: DryRunCard
    notes: SheetNotes = SheetNotes()
    parts: tuple[PartLine, ...] = ()
    part: int = 0
    further: tuple[str, ...] = ()
    blanks: tuple[BlankLine, ...] = ()
    tables: Choices = ()
    tables_answer: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedReading:
    """Why what was sent was refused, with what was said of a complete list."""

    errors: tuple[str, ...] = ()
    complete: Bound[CompleteListInput] | None = None


_NOTHING_REFUSED = RefusedReading()


def sheet_page(
    session: Session,
    actor: Actor,
    run: ImportRun,
    path: Path,
    *,
    now: datetime,
    looked_at: LookedAt,
    refused: RefusedReading = _NOTHING_REFUSED,
) -> MappingPage:
    """The sheets of an import that has not begun, and the columns and first rows of one of them (by default of the first that
    has something to be told, else of the first that is read). Of a wide sheet one part of its columns: each is asked about with all that
    it may fill, so that hundreds make a page that no browser likes. Raises NotFound for a sheet that is not there.
    """
    table = open_table(path)
    registers = allowed(composition_of(session), ImportKind(run.kind))
    sheets = sheets_of(session, run)
    sheet = _looked_at(sheets, registers, looked_at.position)
    layout = _layout(sheet)
    missing, without_unit = _untold(layout, registers)
    ready = bool(layout.register) and not _is_unready(layout, registers)
    found = (
        preview(session, actor=actor, run=run, table=table, sheet=sheet, now=now) if ready else SheetPreview([], 0, 0)
    )
    window, parts = _window(run, sheet, layout, looked_at.part)
    shown, places = shown_columns(window), places_of(session, found)
    unready = tuple(each.name for each in sheets if each.chosen and _is_unready(_layout(each), registers))
    return MappingPage(
        run=run,
        kind=_(KIND_LABELS[ImportKind(run.kind)]),
        sheets=tuple(_sheet_line(run, each, registers, active=each is sheet) for each in sheets),
        sheet=_sheet_line(run, sheet, registers, active=True),
        registers=tuple((code, _(register.label)) for code, register in registers.items()),
        columns=tuple(_column_lines(with_samples(window, sheet_at(table, sheet)), registers)),
        targets=tuple(_targets(layout, registers)),
        given=tuple(_given_lines(session, layout, registers)),
        units=_units(),
        not_imported=layout.not_imported,
        header=layout.header,
        missing=tuple(_(label_of(code, layout.register, registers)) for code in missing),
        without_unit=without_unit,
        heads=tuple(preview_head(column, registers) for column in shown),
        preview=tuple(preview_row(result, layout, shown, (registers, places)) for result in found.results),
        total=found.total,
        repeated=found.repeated,
        left_out=_left_out(table, sheet, layout, registers) if ready else "",
        ready=any(each.chosen for each in sheets) and not unready,
        unready=unready,
        complete=_complete(session, actor, run, sheets, refused),
        beforehand=tuple(said_lines(run)),
        dry_run=dry_run_card(session, run, sheets),
        notes=_notes(layout),
        parts=parts,
        part=looked_at.part if parts else 0,
        further=tuple(_further(head, each, registers) for head, each in found.further),
        blanks=tuple(blank_lines(layout, sheet_at(table, sheet), registers)) if layout.register in registers else (),
        tables=_table_choices(layout),
        tables_answer=APART if "of" in layout.tables else str(layout.tables.get("answer", "")),
        errors=refused.errors,
    )


def _notes(layout: SheetMapping) -> SheetNotes:
    return SheetNotes(
        origin_texts(layout.origin),
        remembered_texts(layout.remembered),
        unlike_text(layout),
        uncalculated_text(layout.uncalculated) if layout.uncalculated else "",
    )


def _complete(
    session: Session, actor: Actor, run: ImportRun, sheets: Sequence[ImportSheet], refused: RefusedReading
) -> CompleteListForm:
    kinds, region = kinds_of(sheets), run.region_prefix
    return complete_form(
        session, actor, refused.complete, kinds=kinds, document=run.file_name, region=region, required=False
    )


def _window(
    run: ImportRun, sheet: ImportSheet, layout: SheetMapping, part: int
) -> tuple[SheetMapping, tuple[PartLine, ...]]:
    """Some of the columns of a sheet that has many, and all its parts; one that is shown whole has none."""
    count = len(layout.columns)
    if count <= _WIDE:
        return layout, ()
    window = replace(layout, columns=layout.columns[part * _WIDE : (part + 1) * _WIDE])
    return window, tuple(
        PartLine(f"{first + 1}–{min(first + _WIDE, count)}", f"/imports/{run.id}?sheet={sheet.position}&part={number}")
        for number, first in enumerate(range(0, count, _WIDE))
    )


def _table_choices(layout: SheetMapping) -> Choices:
    """What may be said of columns that stand apart, with the first heads of each."""
    count = len(layout.tables.get("parts", ()))
    return ((APART, _("%(n)s 张表，分开导入") % {"n": count}), (ONE, _("一张表"))) if count else ()


def _further(head: int, layout: SheetMapping, registers: Registers) -> str:
    """How a further table of the sheet is read: each column with what it fills."""
    told = [(column, field_of(column.target, registers)) for column in layout.columns if column.target]
    words = [f"{column.header} → {_(field.label)}" for column, field in told[:_WIDE] if field]
    return _("第 %(row)s 行起另有一张表：%(columns)s。") % {"row": head, "columns": "，".join(words) or "—"}


def _looked_at(sheets: Sequence[ImportSheet], registers: Registers, position: int | None) -> ImportSheet:
    if position is not None:
        found = next((sheet for sheet in sheets if sheet.position == position), None)
        if found is None:
            raise NotFound("import.sheet_unknown", _("文件里没有这张工作表。"))
        return found
    chosen = sorted((sheet for sheet in sheets if sheet.chosen), key=lambda each: each.turn) or list(sheets)
    return next((sheet for sheet in chosen if _is_unready(_layout(sheet), registers)), chosen[0])


def _layout(sheet: ImportSheet) -> SheetMapping:
    return SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)


def _untold(layout: SheetMapping, registers: Registers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Required fields that no column fills, and columns of money without a unit."""
    if layout.register not in registers:
        return (NAME,), ()
    return layout.missing(registers), layout.without_unit(registers)


def _is_unready(layout: SheetMapping, registers: Registers) -> bool:
    """Whether something must be told before it can be taken in."""
    return layout.asks_for_tables or bool(layout.uncalculated) or any(_untold(layout, registers))


def _sheet_line(run: ImportRun, sheet: ImportSheet, registers: Registers, *, active: bool) -> SheetLine:
    ready = not _is_unready(_layout(sheet), registers)
    register = registers.get(sheet.register)
    told = dict.fromkeys([sheet.register, *(entry.register for entry in _layout(sheet).entries)])
    known = "、".join(_(registers[code].label) for code in told if code in registers)
    note = known if register and not any(_untold(_layout(sheet), registers)) else _("没有识别出内容")
    if sheet.hidden:
        note = _("隐藏的工作表") if not sheet.chosen else f"{note} · {_('隐藏的工作表')}"
    url = f"/imports/{run.id}?sheet={sheet.position}"
    return SheetLine(sheet.position, sheet.name, note, sheet.register, sheet.chosen, ready, url, active)


def _column_lines(layout: SheetMapping, registers: Registers) -> Iterable[ColumnLine]:
    for column in layout.columns:
        if column.fills in (REASON, RECORD):
            continue
        field = field_of(column.target, registers) if column.target else None
        yield ColumnLine(
            index=column.index,
            header=column.header,
            samples="、".join(column.samples),
            fills=column.fills or IGNORED,
            unit=column.unit,
            units=_units_of(field, column.unit) if field and field.has_unit else (),
        )


def _targets(layout: SheetMapping, registers: Registers) -> Iterable[tuple[str, Choices]]:
    """What a column may fill, by register: those of this sheet first, yearly fields also of the years that its heads name."""
    main = registers.get(layout.register)
    of_row = [
        each for each in registers.values() if main is None or each is main or (main.about_firm and each.about_firm)
    ]
    years = sorted({t.year for column in layout.columns if (t := column.target) and t.year is not None})
    for register in sorted(of_row, key=lambda each: each is not main):
        yield _(register.label), tuple(_register_targets(register.code, register.fields, years))


def _register_targets(register: str, fields: Iterable[ImportField], years: Sequence[int]) -> Iterable[tuple[str, str]]:
    for field in fields:
        if field.code in (USCC, NAME) and register != "firm":
            continue
        yield str(ColumnTarget(register, field.code)), _(field.label)
        for year in years if field.yearly else ():
            yield str(ColumnTarget(register, field.code, year)), f"{year} {_(field.label)}"


def _given_lines(session: Session, layout: SheetMapping, registers: Registers) -> Iterable[GivenLine]:
    for target, each in givable(layout, registers):
        name = str(target)
        if layout.index_of(name) is None:
            label = label_of(target.field, target.register, registers)
            yield GivenLine(name, _(label), layout.given.get(name, ""), tuple(each.choices(session)))


def _units_of(field: ImportField, own: str) -> Choices:
    """What the unit of a column of money can be: also one that only its header knows, such as 万美元."""
    untold = (("", _("请选择单位")), (IN_CELLS, _("按单元格"))) if field.needs_unit else (("", _("按单元格")),)
    others = ((own, own),) if unit_of(own) and own not in UNIT_LABELS else ()
    return (*untold, *_units(), *others)


def _units() -> Choices:
    return tuple((unit, _(label)) for unit, label in UNIT_LABELS.items())


def _left_out(table: Table, sheet: ImportSheet, layout: SheetMapping, registers: Registers) -> str:
    """The rows that are no data, told once: `第 68、70 行（合计、附注）`."""
    found = left_out_rows(sheet_at(table, sheet), layout, _LISTED, HeadVocabulary(registers))
    if not found:
        return ""
    kinds = "、".join(dict.fromkeys(_(LEFT_OUT_LABELS.get(kind, kind)) for _number, kind in found))
    return _("第 %(rows)s 行不是数据（%(kinds)s），不导入。") % {
        "rows": "、".join(str(number) for number, _kind in found),
        "kinds": kinds,
    }
