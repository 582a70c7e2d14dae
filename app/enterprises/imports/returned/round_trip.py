"""An exported list that comes back: what its workbook says stood there decides which cells a person edited."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from app.enterprises.domain.uscc import normalise
from app.enterprises.imports.mapping import (
    IGNORED,
    NAME,
    RECORD,
    USCC,
    ColumnTarget,
    MappedColumn,
    Registers,
    SheetMapping,
    field_of,
)
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import GoneWords
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.tabular import Table
from app.kit.tabular.origin import ExportOrigin, OriginColumn, cells_of, kept_rows, read_origin
from app.kit.tabular.reader import Sheet

_NAMED = 20
#: By how many of its first cells a record is named, beside its firm.
_TOLD_OF_RECORD = 3
_NAMED_BY_US = re.compile(r"企业库-\d{4}-\d{2}-\d{2}")
#: How an export heads the numbers by which its records are told apart.
RECORD_HEAD = N_("记录号")
_OUR_HEADS = {"有效证书", "更新日期", RECORD_HEAD}
#: What says which record a row is about is read whether it was edited or not.
_KEPT = frozenset({USCC, NAME})


@dataclass(frozen=True)
class ReturnedCells:
    """One row that comes back: its cells without those that were not edited, those that stood there, which were edited, which emptied.

    `before` is None for a row that the export did not hold; of cells that hold several words `words` are those that are new, `gone`
    those that were taken out. `key` is the number of its record, "" of one that a person added.
    """

    cells: list[str]
    before: list[str] | None
    edited: frozenset[int] = frozenset()
    emptied: frozenset[int] = frozenset()
    remarks: tuple[RowReason, ...] = ()
    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    gone: Mapping[int, GoneWords] = field(default_factory=dict)
    key: str = ""

    @property
    def foreign(self) -> bool:
        """Whether it bears a number that the export did not give."""
        return self.before is None and bool(self.key)

    @property
    def untouched(self) -> bool:
        """Whether nobody edited anything of it that an import fills."""
        return self.before is not None and not self.edited and not self.emptied


@dataclass
class _Comparison:
    """A row on its way: what is left of its cells, what stood there. Of a `whole` one everything is left, since a record is read whole."""

    cells: list[str]
    before: list[str]
    key: str
    whole: bool
    edited: set[int] = field(default_factory=set)
    emptied: set[int] = field(default_factory=set)
    remarks: list[RowReason] = field(default_factory=list)
    words: dict[int, tuple[str, ...]] = field(default_factory=dict)
    gone: dict[int, GoneWords] = field(default_factory=dict)

    def compare(self, column: MappedColumn, then: str, parted: str) -> None:
        """One cell against what stood there."""
        index = column.index
        now = self.cells[index] if index < len(self.cells) else ""
        if index < len(self.cells):
            self.before[index] = then
        if now == then or column.fills == RECORD:
            if not self.whole and column.fills not in _KEPT and index < len(self.cells):
                self.cells[index] = ""
        elif column.fills == IGNORED:
            self.remarks.append(RowReason("origin.computed", {"column": column.header, "text": now[:60]}))
        elif parted:
            self._compare_words(column, now.split(parted), then.split(parted))
        else:
            (self.edited if now else self.emptied).add(index)

    def _compare_words(self, column: MappedColumn, now: Sequence[str], then: Sequence[str]) -> None:
        """A cell that holds several words: which are new, and which are gone."""
        left = [word.strip() for word in now if word.strip()]
        self.words[column.index] = tuple(dict.fromkeys(word for word in left if word not in then))
        if gone := tuple(word for word in then if word and word not in left):
            self.gone[column.index] = GoneWords(gone, all=not left)
        if self.words[column.index] or gone:
            self.edited.add(column.index)

    def done(self) -> ReturnedCells:
        """The row, compared."""
        return ReturnedCells(
            self.cells,
            self.before,
            frozenset(self.edited),
            frozenset(self.emptied),
            tuple(self.remarks),
            self.words,
            self.gone,
            self.key,
        )


@dataclass(frozen=True)
class Baseline:
    """What stood in an exported list, by what its rows are known by; the rows as the workbook keeps them."""

    origin: ExportOrigin
    rows: dict[str, str]

    def compare(self, cells: Sequence[str], layout: SheetMapping) -> ReturnedCells:
        """The row against what stood there."""
        key = self.key_in(cells, layout)
        kept = self.rows.get(key)
        number = key if self.of_records else ""
        if kept is None:
            return ReturnedCells(list(cells), None, key=number)
        found = _Comparison(list(cells), [""] * len(cells), number, self.of_records)
        stood = cells_of(kept, len(self.origin.columns))
        for column, place in self.places(layout):
            found.compare(column, stood[place], self.origin.columns[place].parted)
        added = {column.index for column in layout.columns if column.fills and column.header not in self._heads}
        found.edited |= {index for index in added if index < len(cells) and cells[index]}
        return found.done()

    @property
    def of_records(self) -> bool:
        """Whether each row is known by a number of its own, not by its firm's code."""
        return self.origin.key == RECORD

    def key_in(self, cells: Sequence[str], layout: SheetMapping) -> str:
        """By what the row is known; "" when it does not say."""
        at = layout.index_of(self.origin.key)
        return self.key_of(cells[at]) if at is not None and at < len(cells) else ""

    def key_of(self, text: str) -> str:
        """By what a row is known, however it is spelled."""
        return text.strip() if self.of_records else normalise(text)

    def places(self, layout: SheetMapping) -> list[tuple[MappedColumn, int]]:
        """The columns of the sheet that the export wrote, each with its place there."""
        return [(column, self._heads[column.header]) for column in layout.columns if column.header in self._heads]

    @cached_property
    def _heads(self) -> Mapping[str, int]:
        return {column.head: place for place, column in enumerate(self.origin.columns)}

    def column_of(self, head: str) -> OriginColumn | None:
        """The column as it was written, by its head."""
        place = self._heads.get(head)
        return None if place is None else self.origin.columns[place]


def find_baseline(table: Table, registers: Registers) -> Baseline | None:
    """What the workbook says stood there; None when it says nothing, or of a register that is not asked for."""
    found = read_origin(table)
    if found is None or found[0].register not in registers:
        return None
    origin, sheet = found
    width, place = len(origin.columns), origin.key_place
    base = Baseline(origin, {})
    try:
        base.rows.update((base.key_of(cells_of(kept, width)[place]), kept) for kept in kept_rows(sheet))
    except Invalid:
        return None
    return base


def mapped_by_origin(layout: SheetMapping, baseline: Baseline, registers: Registers) -> SheetMapping:
    """The reading of a sheet that comes back: the columns that the export wrote fill what it says; others what their heads say."""
    own = {column.fills for column in baseline.origin.columns if column.fills}

    def column_of(column: MappedColumn) -> MappedColumn:
        written = baseline.column_of(column.header)
        if written is None:
            return replace(column, fills=IGNORED) if column.fills in own else column
        if written.fills == RECORD:
            return replace(column, fills=RECORD)
        known = written.fills and field_of(ColumnTarget.parse(written.fills), registers)
        return replace(column, fills=written.fills if known else IGNORED, unit=written.unit)

    return replace(layout, columns=tuple(map(column_of, layout.columns)), given={})


def comes_back(layout: SheetMapping, baseline: Baseline) -> bool:
    """Whether the sheet is the list that was exported: it has the key and most of its heads."""
    heads = {column.header for column in layout.columns}
    written = [column.head for column in baseline.origin.columns]
    return written[baseline.origin.key_place] in heads and 2 * sum(head in heads for head in written) >= len(written)


def looks_exported(layout: SheetMapping) -> bool:
    """Whether a sheet that does not say where it comes from looks like a list of ours: by its name, or by heads that only we write."""
    heads = {column.header for column in layout.columns}
    return bool(_NAMED_BY_US.fullmatch(layout.sheet)) or (
        bool(heads & _OUR_HEADS) and (RECORD_HEAD in heads or layout.index_of(USCC) is not None)
    )


def told_of(layout: SheetMapping, baseline: Baseline, sheet: Sheet) -> dict[str, Any]:
    """What is told of a list that comes back: when and by whom it was exported, its rows that are gone, its computed columns."""
    present = {baseline.key_in(row.cells, layout) for row in sheet.rows()}
    gone = [key for key in baseline.rows if key not in present]
    return {
        "at": baseline.origin.at,
        "by": baseline.origin.by,
        "position": baseline.origin.position,
        "rows": len(baseline.rows),
        "gone": len(gone),
        "named": [_named(baseline, key) for key in gone[:_NAMED]],
        "computed": [column.header for column, _place in baseline.places(layout) if column.fills == IGNORED],
    }


def origin_texts(origin: Mapping[str, Any]) -> tuple[str, ...]:
    """What is told of a list that comes back, in the reader's language."""
    if not origin:
        return ()
    if origin.get("lost"):
        return (
            _(
                "这份名单像是从本库导出的，但其中隐藏的底稿不在了（例如另存为 CSV，或被别的软件去掉）：只能与库内现状两方比较，"
                "看不出导出之后别人改过什么，也看不出删去了哪些行。"
            ),
        )
    told = [
        _(
            "从本库导出（%(at)s，%(by)s，日志第 %(position)s 条，%(n)s 行）：只写入导出之后在文件里改过的格，其余不比较。"
        )
        % {"at": origin["at"], "by": origin["by"], "position": origin["position"], "n": origin["rows"]}
    ]
    if origin["gone"]:
        names = "、".join(origin["named"]) + ("……" if origin["gone"] > len(origin["named"]) else "")
        told.append(
            _("文件里删去了 %(n)s 行：%(names)s。删去的行不改动库内任何内容。") % {"n": origin["gone"], "names": names}
        )
    if origin["computed"]:
        told.append(_("这些列由系统算出，改了也不能写回：%(columns)s。") % {"columns": "、".join(origin["computed"])})
    return tuple(told)


def _named(baseline: Baseline, key: str) -> str:
    columns = baseline.origin.columns
    cells = cells_of(baseline.rows[key], len(columns))
    name = next((cells[at] for at, column in enumerate(columns) if column.fills == NAME), "")
    if not baseline.of_records:
        return f"{name}（{key}）" if name else key
    own = (cells[at] for at, column in enumerate(columns) if column.fills not in (NAME, USCC, RECORD))
    return " ".join(text for text in (name, *islice(own, _TOLD_OF_RECORD)) if text)
