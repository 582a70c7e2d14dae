"""A workbook of one table, written while its rows come: what is sent begins at once and takes no more memory for more rows.

Its texts are text cells, so that nothing becomes a formula. Its head stays in sight, can be filtered by, and stands on every printed
page; pages are A4, as wide as the table, whose long texts run over several lines where it could not be read in print otherwise. How the
parts of such a file are called and what they hold: ECMA-376.
"""

import itertools
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import east_asian_width

from app.kit.clock import shanghai
from app.kit.tabular.kept_sheet import KeptSheet

_MAX_CELL = 32_767  # characters that a worksheet cell holds
_MAX_ROWS = 1_048_576
_EXACT_BELOW = 10**15
_ROWS_A_BLOCK = 500
_MEASURED = 100  # rows that decide how wide the columns are
_NARROWEST, _WIDEST, _PADDING = 8, 60, 0.7109375
#: Columns that together are no wider are printed in letters of 8 points or more: the page has room for 149 digits of 11 points.
_READABLE = 204
_NARROWEST_TEXT = 14
_LONGEST_SHEET_NAME = 31
#: A foot holds 255 characters, codes included.
_LONGEST_SIDE = 100
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
#: The level at which packing takes less time than making the rows.
_LEVEL = 1

#: The styles of cells, by their place in `_STYLES`.
_HEAD, _INSTANT, _AMOUNT, _DAY, _LINES = 1, 2, 3, 4, 5
_DAY_ZERO, _INSTANT_ZERO = date(1899, 12, 30), datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
_FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets count a day that never was
_SECONDS_A_DAY = 86_400

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TOP, _IN_LINES = '<alignment vertical="top"/>', '<alignment vertical="top" wrapText="1"/>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.00"/><numFmt numFmtId="166" formatCode="yyyy-mm-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">'
    f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">{_TOP}</xf>'
    f'<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{_IN_LINES}</xf>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">{_TOP}</xf>'
        for number in (164, 165, 166)
    )
    + f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">{_IN_LINES}</xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
#: What a second sheet adds to them.
_SECOND = {
    "</Types>": f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "</Relationships>": f'<Relationship Id="rId3" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
}
_BOOK_PARTS = ("[Content_Types].xml", "xl/_rels/workbook.xml.rels")

#: What XML cannot hold as it is, and what spreadsheets would read as such a character.
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True)
class SheetFoot:
    """What stands at the foot of each printed page, beside its number: who took the list and when; which rows it holds, told once
    their number is known.
    """

    left: str
    right: Callable[[int], str]


def stream_xlsx(
    rows: Iterable[Sequence[Any]],
    header: Sequence[str],
    *,
    sheet: str = "Sheet1",
    foot: SheetFoot | None = None,
    kept: KeptSheet | None = None,
) -> Iterator[bytes]:
    """The table as an XLSX workbook, in blocks, `kept` behind it; raises `ValueError` beyond the rows that a worksheet holds."""
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:  # type: ignore[call-overload]
        for name, content in _PARTS.items():
            _write(archive, name, _with_second(content) if kept and name in _BOOK_PARTS else content)
        yield sent.take()
        coming = iter(rows)
        first = list(itertools.islice(coming, _MEASURED))
        columns = _columns(header, first)
        last = 1
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(_begun(header, columns).encode())
            numbered = enumerate(itertools.chain(first, coming), start=2)
            while block := list(itertools.islice(numbered, _ROWS_A_BLOCK)):
                last += len(block)
                if last > _MAX_ROWS:
                    raise ValueError(f"a worksheet holds {_MAX_ROWS} rows")
                part.write("".join(_row(columns, number, row) for number, row in block).encode())
                if kept:
                    kept.keep([row for _number, row in block], _escaped)
                yield sent.take()
            part.write(_ended(f"A1:{columns[-1].letters}{last}", _foot(foot, last - 1)).encode())
        if kept:
            yield from _kept_part(archive, kept, sent)
        _write(
            archive, "xl/workbook.xml", _book(_sheet_name(sheet), columns[-1].letters, last, kept.name if kept else "")
        )
    yield sent.take()


def _kept_part(archive: zipfile.ZipFile, kept: KeptSheet, sent: "_Sent") -> Iterator[bytes]:
    kept.keep([], _escaped)
    with archive.open("xl/worksheets/sheet2.xml", "w") as part:
        part.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
        for block in kept.content():
            part.write(block)
            yield sent.take()
        part.write(b"</sheetData></worksheet>")


def _with_second(content: str) -> str:
    for end, with_second in _SECOND.items():
        content = content.replace(end, with_second)
    return content


class _Sent:
    """Where the archive is written to: what was not taken yet. It cannot be gone back in."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        taken = b"".join(self._blocks)
        self._blocks.clear()
        return taken


def _write(archive: zipfile.ZipFile, name: str, content: str) -> None:
    with archive.open(name, "w") as part:
        part.write((_XML + content).encode())


# -- the sheet -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its letters, how wide it is, and what the cells of its texts say of their style."""

    letters: str
    width: int
    texts: str = ""


def _columns(header: Sequence[str], first: Sequence[Sequence[Any]]) -> list[_Column]:
    """As wide as the first cells ask for; where that is more than can be read in print, texts run over several lines."""
    cells = [[row[place] for row in first] for place in range(len(header))]
    wanted = [_width(name, column) for name, column in zip(header, cells, strict=True)]
    fixed = [not _only_texts(column) for column in cells]
    most = _widest_text([width for width, stays in zip(wanted, fixed, strict=True) if not stays], wanted)
    return [
        _Column(_letters(place), width) if stays or width <= most else _Column(_letters(place), most, f' s="{_LINES}"')
        for place, (width, stays) in enumerate(zip(wanted, fixed, strict=True))
    ]


def _only_texts(cells: Sequence[Any]) -> bool:
    """Whether the cells may be broken into lines; numbers, days and codes may not."""
    texts = [cell for cell in cells if cell is not None and cell != ""]
    return all(isinstance(text, str) and not text.isascii() for text in texts) and bool(texts)


def _widest_text(texts: Sequence[int], all_columns: Sequence[int]) -> int:
    """How wide a column of texts may be, so that all columns together can be read in print; never less than a few words."""
    left, most = int(_READABLE - len(all_columns) * _PADDING) - (sum(all_columns) - sum(texts)), _WIDEST
    while most > _NARROWEST_TEXT and sum(min(width, most) for width in texts) > left:
        most -= 1
    return most


def _begun(header: Sequence[str], columns: Sequence[_Column]) -> str:
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{column.width + _PADDING}" customWidth="1"/>'
        for place, column in enumerate(columns, start=1)
    )
    heads = "".join(
        f'<c r="{column.letters}1" s="{_HEAD}" t="inlineStr"><is><t xml:space="preserve">{_escaped(name)}</t></is></c>'
        for column, name in zip(columns, distinct(header), strict=True)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols>'
        f'<sheetData><row r="1">{heads}</row>'
    )


def _ended(area: str, foot: str) -> str:
    return (
        f'</sheetData><autoFilter ref="{area}"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
        f"<headerFooter><oddFooter>{_escaped(foot)}</oddFooter></headerFooter></worksheet>"
    )


def _foot(foot: SheetFoot | None, count: int) -> str:
    """The foot in the codes of ECMA-376 18.3.1.46, of small letters; what is too long loses its middle."""
    if foot is None:
        return "&C&P / &N"
    left, right = (_of_foot(text) for text in (foot.left, foot.right(count)))
    return f"&L&8 {left}&C&8 &P / &N&R&8 {right}"


def _of_foot(text: str) -> str:
    if len(text) > _LONGEST_SIDE:
        begun, _dot, end = text.rpartition(" · ")
        text = f"{begun[: _LONGEST_SIDE - len(end) - 4]}… · {end}"
    return text.replace("&", "&&")


def _book(name: str, letters: str, last: int, kept: str) -> str:
    quoted = "'{}'!".format(_escaped(name).replace("'", "''"))
    shown = _escaped(name).replace('"', "&quot;")
    second = f'<sheet name="{_escaped(kept)}" sheetId="2" state="veryHidden" r:id="rId3"/>' if kept else ""
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{shown}" sheetId="1" r:id="rId1"/>{second}</sheets><definedNames>'
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">{quoted}$A$1:${letters}${last}</definedName>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{quoted}$1:$1</definedName></definedNames></workbook>'
    )


def _sheet_name(name: str) -> str:
    return _NOT_IN_SHEET_NAME.sub(" ", name).strip()[:_LONGEST_SHEET_NAME] or "Sheet1"


def _letters(place: int) -> str:
    """The name of a column: A to Z, then AA."""
    rest, letter = divmod(place, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + letter)


def _width(name: str, cells: Iterable[Any]) -> int:
    """A column as wide as the longest of its first cells, within bounds; a Chinese character is two digits wide."""
    longest = max(_digits(str(cell)) for cell in (name, *("" if cell is None else cell for cell in cells)))
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _digits(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text[:_WIDEST])


def distinct(header: Sequence[str]) -> list[str]:
    """The header with repeated names numbered, since people and programs address columns by name."""
    names: list[str] = []
    for name in header:
        candidate, copy = name, 2
        while candidate in names:
            candidate, copy = f"{name} ({copy})", copy + 1
        names.append(candidate)
    return names


# -- cells ---------------------------------------------------------------------------------------------------------------


def _row(columns: Sequence[_Column], number: int, row: Sequence[Any]) -> str:
    cells = [
        f'<c r="{column.letters}{number}"{column.texts if type(value) is str else ""}{_cell(value)}</c>'
        for column, value in zip(columns, row, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(value: Any) -> str:
    """What follows the address of a cell: numbers that a spreadsheet keeps exactly and days are such; everything else is text."""
    kind = type(value)
    if kind is str:
        return _text(value)
    told = _TOLD.get(kind)
    return told(value) if told else _text(str(value))


def _text(text: str) -> str:
    return f' t="inlineStr"><is><t xml:space="preserve">{_escaped(text[:_MAX_CELL])}</t></is>'


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_named, text) if _SPECIAL.search(text) else text


def _named(found: re.Match[str]) -> str:
    return _NAMED.get(found[0]) or f"_x{ord(found[0]):04X}_"


def _whole(value: int) -> str:
    return f"><v>{value}</v>" if abs(value) < _EXACT_BELOW else _text(str(value))


def _exact(value: Decimal) -> str:
    text = format(value, "f")
    return f' s="{_AMOUNT}"><v>{text}</v>' if Decimal(repr(float(value))) == value else _text(text)


def _day(value: date) -> str:
    if value < _FIRST_DAY:
        return _text(value.isoformat())
    return f' s="{_DAY}"><v>{(value - _DAY_ZERO).days}</v>'


def _instant(value: datetime) -> str:
    local = shanghai(value).replace(tzinfo=None)
    if local.date() < _FIRST_DAY:
        return _text(local.isoformat(" "))
    return f' s="{_INSTANT}"><v>{(local - _INSTANT_ZERO).total_seconds() / _SECONDS_A_DAY}</v>'


_TOLD: dict[type, Callable[[Any], str]] = {int: _whole, Decimal: _exact, date: _day, datetime: _instant}
