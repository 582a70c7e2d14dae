"""Their side, row by row: from their list over HTTP, from a table, or from lines of JSON. What is no record is told, not dropped."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import orjson

from app.exchange.comparison.domain import RowProblem
from app.exchange.domain import FieldType, MoneyUnit, ResourceDefinition
from app.exchange.reconciliation.equality import read_number
from app.exchange.sheets.headings import TableHead, find_head, names_of
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular import Row, open_table
from app.kit.tabular.encodings import lines_of
from app.kit.tabular.reader import MAX_BYTES, Sheet

LONGEST_KEY = 120
_YUAN_IN_WAN = 10_000


@dataclass(frozen=True, slots=True)
class Theirs:
    """One row of theirs: where it stands, its key, what it says; or why it is no record."""

    place: str
    key: str
    data: Mapping[str, Any] | None
    problem: RowProblem | None = None


@dataclass
class Listing:
    """Their list: its rows, which fields it has at all (None: every one), and what else stands in it."""

    rows: Iterator[Theirs]
    compared: frozenset[str] | None = None
    others: tuple[str, ...] = ()
    sheet: str = ""


def listing_of_records(records: Iterable[Any], definition: ResourceDefinition) -> Listing:
    """Their list as records in the shape of the definition, in their order."""
    rows = (_of_record(str(number), record, definition.key) for number, record in enumerate(records, start=1))
    return Listing(rows)


def listing_of_file(path: Path, definition: ResourceDefinition) -> Listing:
    """Their list from the file at `path`: XLSX, XLS or CSV by its headings, or a line of JSON for each record.

    Raises `Invalid` when it cannot be read, or lacks the column that identifies the records.
    """
    with path.open("rb") as file:
        begins = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begins == b"{":
        _check_size(path)
        return Listing(_of_lines(path, definition.key))
    return _of_table(path, definition)


def _check_size(path: Path) -> None:
    if path.stat().st_size > MAX_BYTES:
        message = _("文件超过上限 %(n)s MB。") % {"n": MAX_BYTES // 1024 // 1024}
        raise Invalid("reconciliation.too_large", message, {"file": message})


# -- records of JSON -----------------------------------------------------------------------------------------------------


def _of_record(place: str, record: Any, key_field: str) -> Theirs:
    if not isinstance(record, dict):
        return Theirs(place, "", None, RowProblem.NO_RECORD)
    key = record.get(key_field)
    if not isinstance(key, str | int) or isinstance(key, bool):
        return Theirs(place, "", None, RowProblem.NO_KEY)
    text = str(key).replace("\x00", "").strip()
    if not text:
        return Theirs(place, "", None, RowProblem.NO_KEY)
    return Theirs(place, text[:LONGEST_KEY], record if len(text) <= LONGEST_KEY else None, _too_long(text))


def _too_long(key: str) -> RowProblem | None:
    return RowProblem.NO_RECORD if len(key) > LONGEST_KEY else None


def _of_lines(path: Path, key_field: str) -> Iterator[Theirs]:
    for number, line in enumerate(lines_of(path), start=1):
        text = line.strip(b"\xef\xbb\xbf \t\r\n")
        if not text:
            continue
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError:
            yield Theirs(str(number), "", None, RowProblem.BROKEN)
            continue
        if not (isinstance(record, dict) and set(record) == {"manifest"}):  # a snapshot of ours ends with one
            yield _of_record(str(number), record, key_field)


# -- tables ----------------------------------------------------------------------------------------------------------------


def _of_table(path: Path, definition: ResourceDefinition) -> Listing:
    known = names_of(definition)
    best: tuple[Sheet, TableHead] | None = None
    for sheet in open_table(path).sheets:
        sheet.require_calculated()
        head = find_head(sheet, known)
        if head and definition.key in head.columns and (best is None or len(head.columns) > len(best[1].columns)):
            best = sheet, head
    if best is None:
        title = str(definition.field(definition.key).title)
        message = _("文件里找不到“%(title)s”（%(name)s）这一列，无法按记录对照。请检查表头。") % {
            "title": title,
            "name": definition.key,
        }
        raise Invalid("reconciliation.no_key", message, {"file": message})
    sheet, head = best
    return Listing(_of_rows(sheet, head, definition), frozenset(head.columns), head.others, sheet.name)


def _of_rows(sheet: Sheet, head: TableHead, definition: ResourceDefinition) -> Iterator[Theirs]:
    scales = _scales(head, definition)
    for row in sheet.rows():
        if row.number > head.last_row and not row.blank:
            yield _of_row(row, head, definition.key, scales)


def _of_row(row: Row, head: TableHead, key_field: str, scales: Mapping[str, Decimal]) -> Theirs:
    place, index = str(row.number), head.columns[key_field]
    if row.broken:
        return Theirs(place, "", None, RowProblem.BROKEN)
    key = row.cells[index].strip() if index < len(row.cells) else ""
    if not key:
        return Theirs(place, "", None, RowProblem.NO_KEY)
    if index in row.inexact:
        return Theirs(place, key[:LONGEST_KEY], None, RowProblem.INEXACT_KEY)
    if problem := _too_long(key):
        return Theirs(place, key[:LONGEST_KEY], None, problem)
    texts = {name: row.cells[at] if at < len(row.cells) else "" for name, at in head.columns.items()}
    for name, scale in scales.items():
        texts[name] = _scaled(texts[name], scale)
    return Theirs(place, key, texts)


def _scales(head: TableHead, definition: ResourceDefinition) -> dict[str, Decimal]:
    """By what an amount has to be multiplied where the heading states another unit than the definition."""
    scales: dict[str, Decimal] = {}
    for each in definition.fields:
        stated = head.units.get(each.name, "")
        if each.type is FieldType.MONEY and stated in set(MoneyUnit) and stated != each.unit:
            scales[each.name] = Decimal(_YUAN_IN_WAN) if stated == MoneyUnit.WAN else 1 / Decimal(_YUAN_IN_WAN)
    return scales


def _scaled(text: str, scale: Decimal) -> str:
    try:
        return format(read_number(text) * scale, "f")
    except (InvalidOperation, ValueError):
        return text
