"""A workbook is a ZIP of XML: refused here before parsing when it would unpack beyond reason or lies about its size."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.kit.errors import Invalid
from app.kit.i18n import _

MANIFEST = "META-INF/manifest.xml"  # comes first: it tells why an encrypted part is no XML
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_CELLS = 12_000_000
# Repetitive sheets reach 1:50; a ratio far beyond that on a large entry exists only in bombs.
MAX_RATIO = 250
_RATIO_MATTERS_ABOVE = 4 * 1024 * 1024
_CHUNK = 1 << 20
_OVERLAP = 256
_ENCRYPTED = 0x1
_SHEET = re.compile(r"xl/(worksheets|macrosheets)/")
# A cell that holds something: `<c r="AB12" …>` but not `<c r="AB12" …/>`, which only carries a style.
_FILLED_CELL = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"[^<>]*[^/<>]>')
_ANY_FILLED_CELL = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})">')
# A formula beside which no result was kept, as programs write it that do not calculate; one whose result is an empty text has `t="str"`.
_UNCALCULATED = re.compile(rb'<c ((?:(?! t="str")[^<>])*)><f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_REFERENCE = re.compile(rb'r="([A-Z]{1,3}\d{1,7})"')


@dataclass(slots=True)
class Extent:
    """The furthest filled cell of a sheet: its reader lays out the whole rectangle in memory."""

    columns: int = 0
    rows: int = 0

    def include(self, columns: int, rows: int) -> None:
        """Let it reach so far."""
        self.columns, self.rows = max(self.columns, columns), max(self.rows, rows)

    @property
    def cells(self) -> int:
        """How many cells are laid out."""
        return self.columns * self.rows


class Gauge(Protocol):
    """Measures an entry of the archive while it is unpacked, piece by piece."""

    @property
    def extents(self) -> list[Extent]:
        """The sheets met so far."""
        ...

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises Invalid when the entry cannot be read."""
        ...


class WorksheetGauge:
    """The extent of one worksheet of an XLSX, and whether its formulas were calculated: without a result they would read as blank."""

    def __init__(self) -> None:
        self._extent = Extent()
        self._tail = b""
        self.uncalculated = ""

    @property
    def extents(self) -> list[Extent]:
        """The one sheet."""
        return [self._extent]

    def feed(self, piece: bytes) -> None:
        """Look for filled cells, and for the first formula without its result."""
        xml = self._tail + piece
        if not self.uncalculated and b"<f" in xml and (formula := _UNCALCULATED.search(xml)) is not None:
            named = _REFERENCE.search(formula[1])
            self.uncalculated = named[1].decode() if named else "?"
        for pattern in (_FILLED_CELL, _ANY_FILLED_CELL):
            found = pattern.findall(xml)
            if found:
                furthest = max((letters for letters, _row in found), key=_column_number)
                self._extent.include(_column_number(furthest), max(int(row) for _letters, row in found))
        self._tail = xml[-_OVERLAP:]


class Worksheets:
    """The sheets of an XLSX, measured while it is looked through."""

    def __init__(self) -> None:
        self._gauges: dict[str, WorksheetGauge] = {}

    def gauge_of(self, part: str) -> Gauge | None:
        """What measures a part: only sheets need it."""
        return self._gauges.setdefault(part, WorksheetGauge()) if _SHEET.match(part) else None

    @property
    def uncalculated(self) -> dict[str, str]:
        """By its part a cell of each sheet with formulas whose results were not kept."""
        return {part: gauge.uncalculated for part, gauge in self._gauges.items() if gauge.uncalculated}


def check_archive(path: Path, gauge_of: Callable[[str], Gauge | None]) -> None:
    """Raise Invalid when the workbook at `path` is a bomb, damaged, locked or larger than can be read safely."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.filename != MANIFEST)
            _check_declared(entries)
            cells = 0
            for entry in entries:
                cells += _check_entry(archive, entry, gauge_of(entry.filename), MAX_CELLS - cells)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise damaged() from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise damaged() from error


def damaged() -> Invalid:
    """The refusal of a workbook that cannot be opened."""
    return Invalid("tabular.damaged", _("文件已损坏，无法打开。请用 Excel 或 WPS 重新另存为 XLSX。"))


def locked() -> Invalid:
    """The refusal of a workbook with a password."""
    return Invalid("tabular.locked", _("文件设有密码，无法读取。请去掉密码后再导入。"))


def _check_declared(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise _bomb()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise locked()
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _bomb()
    for entry in entries:
        if entry.file_size > max(_RATIO_MATTERS_ABOVE, entry.compress_size * MAX_RATIO):
            raise _bomb()


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, gauge: Gauge | None, room: int) -> int:
    """Unpack once without keeping anything: the stated size and checksum must hold, its cells must find room in memory."""
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            if gauge is not None:
                gauge.feed(piece)
    extents = gauge.extents if gauge is not None else []
    cells = sum(extent.cells for extent in extents)
    if cells > room:
        largest = max(extents, key=lambda extent: extent.cells)
        raise Invalid(
            "tabular.too_many_cells",
            _("工作表范围过大（%(rows)s 行 × %(columns)s 列）。请删去远处的零散单元格，或另存为 CSV 再导入。")
            % {"rows": largest.rows, "columns": largest.columns},
        )
    return cells


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _bomb() -> Invalid:
    return Invalid(
        "tabular.bomb",
        _("文件解压后过大（超过 %(mb)s MB 或压缩比异常），可能是压缩炸弹，已拒绝。真实的大表请另存为 CSV 再导入。")
        % {"mb": MAX_UNPACKED_BYTES // 1024 // 1024},
    )
