"""What an ODS says beside its values: how far each table reaches and which cells are merged (OpenDocument 1.3, part 3, section 9)."""

from collections.abc import Callable, Mapping
from xml.parsers import expat

from app.kit.tabular.archive_guard import MANIFEST, Extent, Gauge, damaged, locked
from app.kit.tabular.merged import MergedRange

_CONTENT = "content.xml"
_TABLE, _ROW = "table:table", "table:table-row"
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_DIGITS = 9
_HOLDING = frozenset({"office:value-type", "calcext:value-type", "table:formula"})


class OdsContent:
    """The tables of a `content.xml`, read piece by piece; a run of equal cells or rows is written there once with its number."""

    def __init__(self) -> None:
        self.tables: dict[str, list[MergedRange]] = {}
        self._extents: list[Extent] = []
        self._merged: list[MergedRange] = []
        self._depth = 0  # tables inside tables: only the outer one is a sheet
        self._row = self._column = self._rows = self._columns = 0
        self._in_cell = False
        self._parser = parser_of(self._start, self._end)

    @property
    def extents(self) -> list[Extent]:
        """One for each table."""
        return self._extents

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises Invalid when it is no XML."""
        feed_parser(self._parser, piece)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _TABLE:
            self._depth += 1
            if self._depth == 1:
                self._begin_table(attributes)
        elif self._depth != 1:
            return
        elif name == _ROW:
            self._row, self._column = self._row + self._rows, 0
            self._rows, self._columns = _count(attributes, "table:number-rows-repeated"), 0
        elif name in _CELLS:
            self._begin_cell(attributes)
        elif name == "text:p" and self._in_cell:
            self._fill()

    def _end(self, name: str) -> None:
        if name == _TABLE:
            self._depth -= 1
        elif name in _CELLS:
            self._in_cell = False

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        self._extents.append(Extent())
        self._merged = self.tables.setdefault(attributes.get("table:name", ""), [])
        self._row = self._rows = 0

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._column += self._columns
        self._columns = _count(attributes, "table:number-columns-repeated")
        self._in_cell = True
        if not _HOLDING.isdisjoint(attributes):
            self._fill()
        down = _count(attributes, "table:number-rows-spanned")
        right = _count(attributes, "table:number-columns-spanned")
        if down > 1 or right > 1:
            last = (self._row + down - 1, self._column + right - 1)
            self._merged.append(MergedRange(self._row, self._column, *last))

    def _fill(self) -> None:
        self._extents[-1].include(self._column + self._columns, self._row + self._rows)


class _Manifest:
    """The list of an ODS's parts, which says whether they are encrypted."""

    def __init__(self) -> None:
        self._parser = parser_of(self._start, lambda _name: None)

    @property
    def extents(self) -> list[Extent]:
        """No sheets."""
        return []

    def feed(self, piece: bytes) -> None:
        """Raises Invalid when a part is encrypted."""
        feed_parser(self._parser, piece)

    def _start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name.endswith("encryption-data"):
            raise locked()


def ods_gauge(content: OdsContent, name: str) -> Gauge | None:
    """What measures the entry `name` of an ODS: `content` its tables."""
    if name == _CONTENT:
        return content
    return _Manifest() if name == MANIFEST else None


def parser_of(start: Callable[[str, Mapping[str, str]], None], end: Callable[[str], None]) -> expat.XMLParserType:
    """What reads XML of strangers: tells of each element, refuses a document type."""
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_told: object) -> None:
    """No office writes one; only a document type can define entities that grow without bound."""
    raise damaged()


def feed_parser(parser: expat.XMLParserType, piece: bytes) -> None:
    """Let it read the next piece. Raises Invalid when it is no XML."""
    try:
        parser.Parse(piece, False)
    except expat.ExpatError as error:
        raise damaged() from error


def _count(attributes: Mapping[str, str], name: str) -> int:
    """A number of cells that an attribute states; one where it does not."""
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise damaged()
    return int(text)
