"""A block that was copied from a spreadsheet, as the clipboard holds it: the cells of tab separated text, or of an HTML table."""

import csv
import io
import re
from html.parser import HTMLParser

from app.kit.errors import Invalid
from app.kit.i18n import _

MAX_CHARACTERS = 400_000
MAX_ROWS = 2_000
MAX_COLUMNS = 60
_TABLE = re.compile(r"<table[\s>]", re.IGNORECASE)


def read_cells(text: str) -> list[list[str]]:
    """The rows of the block that hold something, all as wide as the widest.

    Raises Invalid, beside the field `block`, for nothing, a single column, and more than is pasted.
    """
    if len(text) > MAX_CHARACTERS:
        raise _refused("paste.too_long", _("内容超过 %(n)s 个字，请另存为文件后上传。") % {"n": f"{MAX_CHARACTERS:,}"})
    found = _html_rows(text) if text.lstrip().startswith("<") and _TABLE.search(text) else _tab_rows(text)
    rows = [[" ".join(cell.split()) for cell in row] for row in found]
    rows = [row for row in rows if any(row)]
    width = max((len(row) - next(i for i, cell in enumerate(reversed(row)) if cell) for row in rows), default=0)
    if not rows:
        raise _refused("paste.empty", _("还没有粘贴内容。"))
    if width == 1:
        raise _refused("paste.one_column", _("只有一列。请在 Excel 或 WPS 里选中整块（连同表头）复制，再粘贴到这里。"))
    if len(rows) > MAX_ROWS or width > MAX_COLUMNS:
        limits = {"rows": f"{MAX_ROWS:,}", "columns": MAX_COLUMNS}
        message = _("一次最多粘贴 %(rows)s 行、%(columns)s 列，更多的请另存为文件后上传。")
        raise _refused("paste.too_large", message % limits)
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, {"block": message})


def _tab_rows(text: str) -> list[list[str]]:
    """Spreadsheets put a cell with a line break or a quote between quotes; quotes that do not pair are only characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.count('"') % 2:
        return [line.split("\t") for line in lines.split("\n")]
    csv.field_size_limit(MAX_CHARACTERS + 1)
    return list(csv.reader(io.StringIO(lines, newline=""), delimiter="\t"))


def _html_rows(text: str) -> list[list[str]]:
    parser = _TableParser()
    parser.feed(text)
    parser.close()
    return parser.rows


class _TableParser(HTMLParser):
    """The cells of the first table; a cell over several columns stands in the first of them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = self._ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._ended:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            span = dict(attrs).get("colspan") or "1"
            self._after = min(int(span), MAX_COLUMNS) - 1 if span.isdecimal() else 0
            self._in_cell = True
        elif tag in ("br", "p") and self._in_cell:
            self.rows[-1][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._in_cell:
            self.rows[-1] += [""] * self._after
            self._in_cell = False
        self._ended = self._ended or tag == "table"

    def handle_data(self, data: str) -> None:
        if self._in_cell and not self._ended:
            self.rows[-1][-1] += data
