"""The rows of a preview: what the file says in each cell, what will be written, and what stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.imports.batch import RowResult
from app.enterprises.imports.difference_text import difference_text
from app.enterprises.imports.domain import OUTCOME_LABELS, RowOutcome
from app.enterprises.imports.entries import Entry, verdicts_of
from app.enterprises.imports.mapping import NAME, USCC, MappedColumn, Registers, SheetMapping, field_of
from app.enterprises.imports.staging import SheetPreview
from app.kit.i18n import _
from app.kit.money import format_wan
from app.reference.queries import list_region_names
from app.web.imports.pages import OUTCOME_BADGES, ReasonTexts


@dataclass(frozen=True)
class WrittenCell:
    """One cell of the preview: what the file says, what will be written, and what stands there now where that is something else.

    `above` is the row that a blank cell was filled from.
    """

    text: str
    written: str
    standing: str = ""
    same: bool = False
    above: int | None = None


@dataclass(frozen=True)
class PreviewHead:
    """A column of the preview: its head in the file, the unit in which its values are written, whether they are numbers."""

    label: str
    unit: str = ""
    number: bool = False


@dataclass(frozen=True)
class PreviewRow:
    """One row of the preview: where it stands, what becomes of it and why, and its cells; `above` is the row that names its firm."""

    number: int
    name: str
    code: str
    outcome: str
    badge: str
    reasons: ReasonTexts
    cells: tuple[WrittenCell, ...]
    above: int | None = None


def shown_columns(layout: SheetMapping) -> list[MappedColumn]:
    """The columns of the preview: what fills something but the firm's name and code, which stand in front."""
    return [column for column in layout.columns if column.target and column.fills not in (USCC, NAME)]


def preview_head(column: MappedColumn, registers: Registers) -> PreviewHead:
    """Amounts are told in 万元, once for the column; of a capital each cell says its own."""
    field = field_of(column.target, registers) if column.target else None
    in_wan = field is not None and field.needs_unit
    return PreviewHead(column.header, _("万元") if in_wan else "", number=field is not None and bool(field.unit))


def places_of(session: Session, found: SheetPreview) -> Mapping[str, str]:
    """The names of the regions that the rows tell."""
    owns = [result.row.own for result in found.results if result.row.own is not None]
    codes = {str(own.parsed.values.get("region_code") or "") for own in owns}
    codes |= {str(value or "") for own in owns for value in own.changes.get("region_code", ())}
    return list_region_names(session, sorted(codes - {""}))


def preview_row(
    result: RowResult, layout: SheetMapping, shown: Sequence[MappedColumn], known: tuple[Registers, Mapping[str, str]]
) -> PreviewRow:
    entries = {(entry.layout.register, entry.layout.year): entry for entry, _verdict in verdicts_of(result.row)}
    years = {register for register, year in entries if year is not None}
    cells, above = result.row.cells, result.row.above
    naming = (index for _code, index in layout.firm_columns.filling)
    return PreviewRow(
        number=result.row.number,
        name=result.name,
        code=result.row.firm.key,
        outcome=_(OUTCOME_LABELS[result.outcome]),
        badge=OUTCOME_BADGES[result.outcome],
        reasons=ReasonTexts.of(result.reasons),
        cells=tuple(
            replace(
                _written(column, cells[column.index] if column.index < len(cells) else "", entries, years, known),
                above=above.get(column.index),
            )
            for column in shown
        ),
        above=next((above[index] for index in naming if index in above), None),
    )


def _written(
    column: MappedColumn,
    text: str,
    entries: Mapping[tuple[str, int | None], Entry],
    yearly: set[str],
    known: tuple[Registers, Mapping[str, str]],
) -> WrittenCell:
    """What one cell writes."""
    target, (registers, places) = column.target, known
    assert target is not None
    year = target.year if target.register in yearly else None
    entry = entries.get((target.register, year))
    if entry is None or entry.verdict is None or entry.verdict.outcome in (RowOutcome.REJECTED, RowOutcome.QUEUED):
        return WrittenCell(text, "")
    field = field_of(target, registers)
    name = (field.stored if field else "") or target.field
    pair = entry.verdict.differences.get(name) or entry.changes.get(name)
    back = entry.parsed.returned is not None and entry.parsed.returned.before is not None
    told = (
        None if back else entry.parsed.values.get(name)
    )  # of a record that comes back only what was edited is written
    written = _shown_value(name, pair[1] if pair else told, text, places)
    standing = _shown_value(name, pair[0], "", places) if pair else ""
    return WrittenCell(text, written, standing, same=written == text and bool(written))


def _shown_value(name: str, value: Any, text: str, places: Mapping[str, str]) -> str:
    """A value as a person checks it: money in 万元, a place by its name, a code in the words of the file."""
    if value in (None, "", [], {}):
        return ""
    if name == "region_code":
        return places.get(str(value), str(value))
    if name.endswith("_fen") and isinstance(value, int) and name != "capital_fen":
        return format_wan(value)
    if isinstance(value, str | bool) and text:
        return text
    return difference_text(name, value)
