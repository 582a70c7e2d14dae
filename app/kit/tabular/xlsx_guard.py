"""An XLSX is a ZIP of XML: refused here before parsing when it would unpack beyond reason or lies about its size."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from app.kit.errors import Invalid
from app.kit.i18n import _

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


@dataclass(slots=True)
class _Extent:
    """The furthest filled cell of a sheet: its reader lays out the whole rectangle in memory."""

    columns: int = 0
    rows: int = 0

    def include(self, letters: bytes, row: int) -> None:
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, _column_number(letters))

    @property
    def cells(self) -> int:
        return self.columns * self.rows


def check_archive(path: Path) -> None:
    """Raise Invalid when the workbook at `path` is a bomb, damaged, locked or larger than can be read safely."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_declared(entries)
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise Invalid("tabular.damaged", _("文件已损坏，无法打开。请用 Excel 或 WPS 重新另存为 XLSX。")) from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise Invalid("tabular.damaged", _("文件已损坏，无法打开。请用 Excel 或 WPS 重新另存为 XLSX。")) from error


def _check_declared(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise _bomb()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Invalid("tabular.locked", _("文件设有密码，无法读取。请去掉密码后再导入。"))
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _bomb()
    for entry in entries:
        if entry.file_size > max(_RATIO_MATTERS_ABOVE, entry.compress_size * MAX_RATIO):
            raise _bomb()


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack once without keeping anything: the stated size and checksum must hold, the sheet must fit in memory."""
    is_sheet = bool(_SHEET.match(entry.filename))
    extent, tail = _Extent(), b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if is_sheet:
                window = tail + chunk
                _measure(extent, window)
                tail = window[-_OVERLAP:]
    if extent.cells > MAX_CELLS:
        raise Invalid(
            "tabular.too_many_cells",
            _("工作表范围过大（%(rows)s 行 × %(columns)s 列）。请删去远处的零散单元格，或另存为 CSV 再导入。")
            % {"rows": extent.rows, "columns": extent.columns},
        )


def _measure(extent: _Extent, xml: bytes) -> None:
    for pattern in (_FILLED_CELL, _ANY_FILLED_CELL):
        found = pattern.findall(xml)
        if found:
            extent.include(
                max((letters for letters, _row in found), key=_column_number), max(int(row) for _, row in found)
            )


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
