"""What the pages of an import's rows show: the result with its six counts, what waits for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.doors.lists.bulk import BulkForm
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.complete_lists.queries import list_of_import
from app.enterprises.imports.decisions import waits_for_name
from app.enterprises.imports.difference_text import difference_text
from app.enterprises.imports.domain import KIND_LABELS, OUTCOME_LABELS, ImportKind, ImportState, RowDecision, RowOutcome
from app.enterprises.imports.likely_rows import count_likely, not_compared
from app.enterprises.imports.lists import IMPORT_ROWS, ImportRowFilter, RowOfRun
from app.enterprises.imports.mapping import ColumnTarget, SheetMapping
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.proposals.domain import CHOOSABLE
from app.enterprises.imports.queries import count_unplaced
from app.enterprises.imports.reasons import CONTRADICTED, NAME_TAKEN, RowReason
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.returned.round_trip import origin_texts
from app.enterprises.imports.row_groups.queries import list_groups, rows_of_outcome
from app.enterprises.imports.runner import chosen_sheets, counts_of
from app.enterprises.imports.undo.service import objection_to_undo
from app.kit.db import composition_of
from app.kit.i18n import N_, _
from app.kit.lists.filters import number_in
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.reference.queries import list_region_names
from app.web.imports.complete_form import CompleteListLine, complete_lines
from app.web.imports.group_tabs import bulk_form, group_tabs
from app.web.imports.pages import OUTCOME_BADGES, ImportRowLine, ReasonTexts, field_label
from app.web.imports.proposed_firms import ProposedFirm, ProposedFirms
from app.web.shared.enterprise_words import words
from app.web.shared.tabs import Tab
from app.web.shared.unplaced_firms import ADDRESS, UnplacedFirms

_SHOWN_CELLS = 12
_IDENTITIES = ("figure_basis", "figure_source", "certificate_kind", "property_kind", "compliance_kind", "tag")


@dataclass(frozen=True)
class CountLine:
    """One of the six counts and the rows behind it."""

    code: str
    label: str
    number: int
    note: str
    active: bool


@dataclass(frozen=True)
class RowDifferenceLine:
    """One field that a person set here and the list says otherwise."""

    field: str
    label: str
    ours: str
    theirs: str
    choice: str
    by: str


@dataclass(frozen=True)
class RowDialog:
    """What a waiting row asks: the words of its button and of the dialog behind it."""

    button: str
    title: str
    text: str


@dataclass(frozen=True)
class DecisionRow:
    """One row of a finished import with what a person can decide about it.

    `about` tells which of the firm's records it is about; of a `conflict` both values stand in the file. Of one that is `choosable` a
    person says which firm it means, one of those `proposed` or another.
    """

    row: ImportRow
    line: ImportRowLine
    about: str
    conflict: bool
    run_id: int
    file_name: str
    sheet: str
    cells: str
    differences: tuple[RowDifferenceLine, ...]
    changed: bool
    open: bool
    refused: bool
    decision: str
    asks: RowDialog
    proposed: tuple[ProposedFirm, ...]
    choosable: bool
    name_kept: bool


@dataclass(frozen=True)
class SheetResult:
    """What became of one sheet: its six counts, and the file of the rows handed back."""

    name: str
    register: str
    counts: tuple[int, ...]
    url: str
    rejected_url: str


@dataclass(frozen=True)
class ImportResultPage:
    """What an import did: six counts, and the rows behind the one that is open."""

    run: ImportRun
    kind: str
    counts: tuple[CountLine, ...]
    sheets: tuple[SheetResult, ...]
    outcome: str
    outcome_label: str
    list: Listed[RowOfRun, DecisionRow]
    groups: tuple[Tab, ...]
    bulk: BulkForm | None
    not_imported: tuple[str, ...]
    origin: tuple[str, ...]
    nothing_changed: bool
    undoable: bool
    complete: tuple[CompleteListLine, ...]
    likely: int
    not_compared: bool
    unplaced: UnplacedFirms


@dataclass(frozen=True)
class WaitingRowPage:
    """Rows of all imports that wait for a decision."""

    list: Listed[RowOfRun, DecisionRow]


def decision_rows(viewer: Viewer, rows: Sequence[RowOfRun]) -> Sequence[DecisionRow]:
    """Rows with their differences worded; places by their names."""
    codes = [str(value) for row, _run, _sheet in rows for value in row.differences.get("region_code", []) if value]
    places = list_region_names(viewer.session, codes) if codes else {}
    known = _RowWords(places, viewer.once(_identity_words), ProposedFirms.of(viewer, rows)) if rows else _RowWords()
    return [_decision_row(row, run, sheet, known) for row, run, sheet in rows]


@dataclass(frozen=True)
class _RowWords:
    """How codes in rows read: of places, and those by which records are known; and which firms are proposed for rows."""

    places: Mapping[str, str] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)
    proposed: ProposedFirms = field(default_factory=lambda: ProposedFirms({}))


def _identity_words(session: Session) -> Mapping[str, str]:
    """The words of the codes by which a firm's records are told apart."""
    known = words(session)
    return dict(known.programmes) | {code: text for name in _IDENTITIES for code, text in known.choices(name)}


#: The rows of a run, which stands in the address, and (without an outcome) the rows of all runs that wait.
ROWS = ListView(base="/imports", source=IMPORT_ROWS, lines=decision_rows, also=("part",))
WAITING = ListView(base="/imports/waiting", source=IMPORT_ROWS, lines=decision_rows)


def count_waiting(viewer: Viewer) -> Count:
    """How many rows wait for a decision."""
    return IMPORT_ROWS.count(viewer, ImportRowFilter(waiting=True))


def result_page(viewer: Viewer, run: ImportRun, query: ListQuery) -> ImportResultPage:
    """The result of an import: the rows of the outcome that the address names."""
    outcome = query["outcome"]
    groups = list_groups(viewer.session, rows_of_outcome(run, outcome, number_in(query["sheet"])))
    notes = {
        RowOutcome.QUEUED: N_("需要核对代码或名称"),
        RowOutcome.DIFFERS: N_("与手工修改不同"),
        RowOutcome.REJECTED: N_("附原因退回"),
    }
    counts = tuple(
        CountLine(
            each.value, _(OUTCOME_LABELS[each]), getattr(run, each.value), _(notes.get(each, "")), each.value == outcome
        )
        for each in RowOutcome
    )
    sheets = chosen_sheets(viewer.session, run.id)
    not_imported = [name for sheet in sheets for name in _layout(sheet).not_imported]
    return ImportResultPage(
        run=run,
        kind=_(KIND_LABELS[ImportKind(run.kind)]),
        counts=counts,
        sheets=tuple(_sheet_result(viewer, run, sheet) for sheet in sorted(sheets, key=lambda each: each.position)),
        outcome=outcome,
        outcome_label=_(OUTCOME_LABELS[RowOutcome(outcome)]) if outcome else _("全部"),
        list=ROWS.listed(query, viewer, f"/imports/{run.id}", run_id=run.id),
        groups=tuple(group_tabs(run, query, groups)),
        bulk=bulk_form(run, query["reason"], groups),
        not_imported=tuple(dict.fromkeys(not_imported)),
        origin=tuple(text for sheet in sheets for text in origin_texts(_layout(sheet).origin)),
        nothing_changed=not run.written,
        complete=tuple(complete_lines(viewer, list_of_import(viewer.session, run.id))),
        unplaced=UnplacedFirms(count_unplaced(viewer.session, run), "" if viewer.actor.region_prefix else ADDRESS),
        undoable=bool(run.written) and not objection_to_undo(viewer.session, run, viewer.on),
        likely=count_likely(viewer.session, run) if run.created or run.queued else 0,
        not_compared=not_compared(run),
    )


def _layout(sheet: ImportSheet) -> SheetMapping:
    return SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)


def _sheet_result(viewer: Viewer, run: ImportRun, sheet: ImportSheet) -> SheetResult:
    registers = registers_of(composition_of(viewer.session))
    label = _(registers[sheet.register].label) if sheet.register in registers else sheet.register
    url = f"/imports/{run.id}?sheet={sheet.position}"
    rejected = f"/imports/{run.id}/rejected?sheet={sheet.position}" if sheet.rejected else ""
    return SheetResult(sheet.name, label, tuple(counts_of(sheet).values()), url, rejected)


def _decision_row(row: ImportRow, run: ImportRun, sheet: ImportSheet, known: _RowWords) -> DecisionRow:
    code, *rest = row.key.split("|")
    line = ImportRowLine(
        number=row.row_number,
        code="" if code == row.name else code,
        name=row.name,
        outcome=_("已记入所选企业") if _was_chosen(row) else _(OUTCOME_LABELS[RowOutcome(row.outcome)]),
        badge="good" if _was_chosen(row) else OUTCOME_BADGES[RowOutcome(row.outcome)],
        reasons=ReasonTexts.of(map(RowReason.from_json, row.reasons)),
        url=_url(row, code) if row.target_id is not None and run.state != ImportState.UNDONE else "",
    )
    is_open = row.decision == RowDecision.NONE and run.state not in (ImportState.UNDOING, ImportState.UNDONE)
    return DecisionRow(
        row=row,
        line=line,
        conflict=any(kept["code"] == CONTRADICTED for kept in row.reasons),
        about=" · ".join(known.identities.get(part, part) for part in rest if part),
        run_id=run.id,
        file_name=run.file_name,
        sheet=sheet.name,
        cells=" | ".join(cell for cell in row.cells[:_SHOWN_CELLS] if cell)[:400],
        differences=tuple(_difference(row, name, pair, known.places) for name, pair in row.differences.items()),
        changed=row.outcome == RowOutcome.CHANGED,
        open=is_open,
        refused=row.decision == RowDecision.REFUSED,
        decision=_decision_text(row),
        asks=_question(row, sheet),
        proposed=known.proposed.by_row.get(row.id, ()),
        choosable=is_open and row.outcome == RowOutcome.REJECTED and row.main_reason in CHOOSABLE,
        name_kept=row.id in known.proposed.kept,
    )


def _was_chosen(row: ImportRow) -> bool:
    """Whether a person chose the firm of a row that was handed back."""
    return row.main_reason in CHOOSABLE and row.decision == RowDecision.CONFIRMED


def _url(row: ImportRow, code: str) -> str:
    """The firm's page; where it is about certificates that ended, the one on which their day is corrected."""
    ended = any(kept["code"] == "origin.certificate_gone" for kept in row.reasons)
    return f"/enterprises/{code}/compliance#certificates" if ended else f"/enterprises/{code}"


def _question(row: ImportRow, sheet: ImportSheet) -> RowDialog:
    if any(kept["code"] in NAME_TAKEN for kept in row.reasons):
        text = _("“%(name)s”已有另一个代码。核对营业执照，确认是另一家企业后写明理由，企业即以本行的代码新建。")
        return RowDialog(_("另建"), _("确认是另一家企业并导入"), text % {"name": row.name})
    if not waits_for_name(row) and not any(kept["code"] == "uscc" for kept in row.reasons):
        text = _("“%(name)s”这一行有一处需要核对（见左边的原因）。核对无误后写明理由，本行即导入。") % {
            "name": row.name
        }
        return RowDialog(_("确认"), _("确认并导入这一行"), text)
    if not waits_for_name(row):
        text = _("%(name)s 的代码校验位不符。核对营业执照无误后写明理由，企业即导入。")
        return RowDialog(_("确认"), _("确认代码并导入"), text % {"name": row.name})
    if not _layout(sheet).registers_firms:
        text = _("名单上写的是“%(name)s”。核对无误后写明理由，这些数据即记入该代码的企业，企业名称不变。")
        return RowDialog(_("仍按代码导入"), _("按代码导入这些数据"), text % {"name": row.name})
    text = _("该代码的企业将改名为“%(name)s”，原名记为曾用名，本行其他内容一并导入。核对变更登记后写明理由。")
    return RowDialog(_("改名"), _("改名并导入"), text % {"name": row.name})


def _difference(row: ImportRow, name: str, pair: list[object], places: Mapping[str, str]) -> RowDifferenceLine:
    target = ColumnTarget.parse(name)
    ours, theirs = (difference_text(target.field, value) for value in pair)
    if name == "region_code":
        ours, theirs = places.get(ours, ours), places.get(theirs, theirs)
    made = row.choices.get(name, {})
    return RowDifferenceLine(name, field_label(target), ours, theirs, made.get("choice", ""), made.get("by", ""))


def _decision_text(row: ImportRow) -> str:
    texts = {
        RowDecision.CONFIRMED: N_("%(by)s 已确认：%(note)s"),
        RowDecision.REFUSED: N_("%(by)s 决定不导入。%(note)s"),
        RowDecision.SETTLED: N_("已由 %(by)s 处理完"),
        RowDecision.SUPERSEDED: N_("已由第 %(note)s 次导入中的同一企业取代"),
    }
    if _was_chosen(row):
        return _("%(by)s 选定为：%(note)s") % {"by": row.decided_by, "note": row.note}
    text = texts.get(RowDecision(row.decision))
    return _(text) % {"by": row.decided_by, "note": row.note} if text else ""
