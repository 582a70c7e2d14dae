"""Workbooks as people make them: merged cells, hidden sheets, and OpenDocument files as LibreOffice and WPS write them."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import xlsxwriter

from app.kit.tabular.merged import MergedRange

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = ("office", "table", "text", "style", "manifest")
_SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _NAMES)
_XML = '<?xml version="1.0" encoding="UTF-8"?>'

Cell = str | int | float | None


@dataclass(frozen=True)
class Grid:
    """A sheet: its rows, the cells merged in it, and whether a spreadsheet program shows it."""

    rows: Sequence[Sequence[Cell]]
    merged: Sequence[MergedRange] = field(default=())
    hidden: bool = False


def write_grids(path: Path, grids: Mapping[str, Grid]) -> Path:
    """The sheets as an XLSX file."""
    book = xlsxwriter.Workbook(str(path))
    for name, grid in grids.items():
        sheet = book.add_worksheet(name)
        if grid.hidden:
            sheet.hide()
        for each in grid.merged:
            sheet.merge_range(each.first_row, each.first_column, each.last_row, each.last_column, None)
        for row, cells in enumerate(grid.rows):
            for column, cell in enumerate(cells):
                if cell not in (None, ""):
                    sheet.write(row, column, cell)
    book.close()
    return path


def write_ods(path: Path, content: str, *, styles: str = "", manifest: str = "") -> Path:
    """An ODS file of these `table:table` elements."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr(
            "content.xml",
            f"{_XML}<office:document-content {_SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", f"{_XML}<manifest:manifest {_SPACES}>{manifest}</manifest:manifest>")
    return path


def ods_styles() -> str:
    """The table styles `shown` and `hidden`."""
    return "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{display}"/></style:style>'
        for name, display in (("shown", "true"), ("hidden", "false"))
    )


def ods_table(name: str, *rows: str, style: str = "shown") -> str:
    """A table of these rows."""
    return f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{"".join(rows)}</table:table>'


def ods_row(*cells: str, repeated: int = 1) -> str:
    """A row, as often as told."""
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def ods_text(text: str, *, repeated: int = 1, right: int = 1, down: int = 1) -> str:
    """A cell of text, as often as told, or over several columns and rows."""
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}" '
        f'table:number-columns-spanned="{right}" table:number-rows-spanned="{down}"><text:p>{text}</text:p></table:table-cell>'
    )


def ods_value(kind: str, value: str) -> str:
    """A cell of a number, a day …"""
    name = {"date": "office:date-value", "boolean": "office:boolean-value"}.get(kind, "office:value")
    return f'<table:table-cell office:value-type="{kind}" {name}="{value}"><text:p>shown otherwise</text:p></table:table-cell>'


def ods_blank(repeated: int = 1) -> str:
    """Cells without anything."""
    return f'<table:table-cell table:number-columns-repeated="{repeated}"/>'


def ods_covered(repeated: int = 1) -> str:
    """Cells under a merged one."""
    return f'<table:covered-table-cell table:number-columns-repeated="{repeated}"/>'
