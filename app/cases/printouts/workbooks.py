"""Tables: an Excel template whose placeholder row is repeated for each case. The template's looks stay as they are.

The sheet's XML is filled in place. Every text goes in as text, and a template with a formula is refused, so no cell of
a table can run anything, whatever a firm calls itself.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from app.cases.printouts.placeholders import CASE_NAMES, PAPER_NAMES, SYNTAX, Paper, Value, sample
from app.cases.printouts.refusals import damaged, refuse, refuse_unknown
from app.cases.printouts.sheet_places import moved_cell, moved_range, row_of
from app.kit.i18n import _

Element = Any
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_STRINGS, _WORKBOOK = "xl/sharedStrings.xml", "xl/workbook.xml"
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_UNWANTED = re.compile(r"xl/(?:tables|externalLinks|queryTables|connections|embeddings|activeX)\b", re.I)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PRINT_AREA = "_xlnm.Print_Area"
_LONGEST = 32_767  # characters that a cell holds
_RANGES = {"mergeCell": "ref", "hyperlink": "ref", "dataValidation": "sqref", "conditionalFormatting": "sqref"}


@dataclass
class _Book:
    """An opened template: its members, its shared texts, its sheets by their name in the archive."""

    members: dict[str, bytes]
    infos: list[zipfile.ZipInfo]
    texts: list[str]
    sheets: dict[str, Element]


def render_table(template: bytes, paper: Paper) -> bytes:
    """The table as XLSX. Raises `Invalid` when the template cannot be filled."""
    book = _open(template)
    for sheet in book.sheets.values():
        _fill(sheet, book.texts, paper)
    return _saved(book)


def check_table(template: bytes) -> None:
    """Raise `Invalid` naming what is wrong with a template: unknown placeholders, formulas, no row or several to repeat."""
    book = _open(template)
    formulas = [cell.get("r", "") for sheet in book.sheets.values() for cell in _formulas(sheet)]
    if formulas:
        raise refuse(
            _("模板中不能有公式（%(cells)s）；合计等请填写占位符或导出后再算。") % {"cells": ", ".join(formulas[:12])}
        )
    if any(_UNWANTED.match(name) for name in book.members):
        raise refuse(_("模板中不能有外部链接、查询、嵌入对象或“表格”对象，请改为普通区域。"))
    named = {name for sheet in book.sheets.values() for row in _rows(sheet) for name in _named(row, book.texts)}
    refuse_unknown(sorted(named - PAPER_NAMES - CASE_NAMES))
    repeated = [len(_repeated(sheet, book.texts)) for sheet in book.sheets.values()]
    if not any(repeated):
        raise refuse(_("模板中没有一行写着各件的占位符，例如“%(value)s”。") % SYNTAX)
    if any(number > 1 for number in repeated):
        raise refuse(_("一个工作表里只能有一行写各件的占位符，它按件重复。"))
    render_table(template, sample())


# -- reading -----------------------------------------------------------------------------------------------------------


def _open(template: bytes) -> _Book:
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            infos = archive.infolist()
            members = {info.filename: archive.read(info) for info in infos}
        strings = _parsed(members[_STRINGS]) if _STRINGS in members else None
        texts = [_text(item) for item in strings.iter(f"{_MAIN}si")] if strings is not None else []
        sheets = {name: _parsed(body) for name, body in members.items() if _SHEET.fullmatch(name)}
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError) as error:
        raise damaged() from error
    if not sheets or _WORKBOOK not in members or not all(_placed(sheet) for sheet in sheets.values()):
        raise damaged()
    return _Book(members, infos, texts, sheets)


def _placed(sheet: Element) -> bool:
    """Whether every row and cell says where it lies; a workbook may leave that out, a template must not."""
    return all(node.get("r") for row in _rows(sheet) for node in (row, *row.iterfind(f"{_MAIN}c")))


def _parsed(body: bytes) -> Element:
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _text(item: Element) -> str:
    """The text of a shared or inline string; readings of characters are no text."""
    runs = (node for node in item.iter(f"{_MAIN}t") if node.getparent().tag != f"{_MAIN}rPh")
    return "".join(node.text or "" for node in runs)


def _rows(sheet: Element) -> list[Element]:
    return list(sheet.iterfind(f"{_MAIN}sheetData/{_MAIN}row"))


def _formulas(sheet: Element) -> Iterator[Element]:
    return (cell for cell in sheet.iter(f"{_MAIN}c") if cell.find(f"{_MAIN}f") is not None)


def _cell_text(cell: Element, texts: list[str]) -> str:
    kind, value = cell.get("t"), cell.find(f"{_MAIN}v")
    if kind == "inlineStr":
        return _text(cell)
    if kind == "s" and value is not None and (value.text or "").isdigit() and int(value.text) < len(texts):
        return texts[int(value.text)]
    return ""


def _named(row: Element, texts: list[str]) -> set[str]:
    return {name for cell in row for name in _PLACEHOLDER.findall(_cell_text(cell, texts))}


def _repeated(sheet: Element, texts: list[str]) -> list[Element]:
    return [row for row in _rows(sheet) if _named(row, texts) & CASE_NAMES]


# -- filling -----------------------------------------------------------------------------------------------------------


def _fill(sheet: Element, texts: list[str], paper: Paper) -> None:
    for row in _repeated(sheet, texts)[:1]:
        _repeat(sheet, row, texts, paper)
    for row in _rows(sheet):
        _fill_row(row, texts, paper.once)


def _repeat(sheet: Element, row: Element, texts: list[str], paper: Paper) -> None:
    """The row once for each case; what stands below moves down."""
    at, more = row_of(row), len(paper.rows) - 1
    following = [each for each in _rows(sheet) if row_of(each) > at]
    for each in following:
        _move(each, more)
    _move_ranges(sheet, at, more)
    copies = [deepcopy(row) for _case in paper.rows[1:]]
    for number, copy in enumerate(copies, start=1):
        _move(copy, number)
        row.getparent().insert(row.getparent().index(row) + number, copy)
    for each, values in zip((row, *copies), paper.rows, strict=True):
        _fill_row(each, texts, {**paper.once, **values})
    dimension = sheet.find(f"{_MAIN}dimension")
    if dimension is not None:
        sheet.remove(dimension)


def _move(row: Element, by: int) -> None:
    row.set("r", str(row_of(row) + by))
    for cell in row.iterfind(f"{_MAIN}c"):
        cell.set("r", moved_cell(cell.get("r"), by))


def _move_ranges(sheet: Element, at: int, by: int) -> None:
    """Merged cells, links, checks and colours keep to their rows; those of the repeated row are repeated."""
    for tag, attribute in _RANGES.items():
        for node in list(sheet.iter(f"{_MAIN}{tag}")):
            node.set(attribute, " ".join(moved_range(each, at, by) for each in node.get(attribute, "").split()))
    merged = sheet.find(f"{_MAIN}mergeCells")
    if merged is not None:
        for node in list(merged):
            if _only_in(node.get("ref", ""), at):
                for number in range(1, by + 1):
                    etree.SubElement(merged, node.tag, ref=moved_range(node.get("ref"), at - 1, number))
        merged.set("count", str(len(merged)))


def _only_in(ref: str, at: int) -> bool:
    return all(re.sub(r"\D", "", corner) == str(at) for corner in ref.split(":"))


def _fill_row(row: Element, texts: list[str], values: Mapping[str, Value]) -> None:
    for cell in row.iterfind(f"{_MAIN}c"):
        text = _cell_text(cell, texts)
        names = _PLACEHOLDER.findall(text)
        if not names or not set(names) <= values.keys():
            continue
        alone = _PLACEHOLDER.fullmatch(text.strip())
        _write(cell, values[alone[1]] if alone else _PLACEHOLDER.sub(lambda found: _said(values[found[1]]), text))


def _said(value: Value) -> str:
    return f"{value:,f}" if isinstance(value, Decimal) else str(value)


def _write(cell: Element, value: Value) -> None:
    """Numbers as numbers, everything else as text that nothing takes for a formula."""
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if isinstance(value, (int, Decimal)):
        etree.SubElement(cell, f"{_MAIN}v").text = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return
    cell.set("t", "inlineStr")
    text = etree.SubElement(etree.SubElement(cell, f"{_MAIN}is"), f"{_MAIN}t")
    text.set(_SPACE, "preserve")
    text.text = _NOT_IN_XML.sub("", value)[:_LONGEST]


# -- writing -----------------------------------------------------------------------------------------------------------


def _saved(book: _Book) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in book.infos:
            sheet = book.sheets.get(info.filename)
            body = book.members[info.filename]
            if info.filename == _WORKBOOK:
                sheet = _without_print_areas(body)
            if sheet is not None:
                body = etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
            archive.writestr(info.filename, body)
    return made.getvalue()


def _without_print_areas(body: bytes) -> Element:
    """A print area would cut off the rows that were added: without one everything is printed."""
    workbook = _parsed(body)
    for name in list(workbook.iter(f"{_MAIN}definedName")):
        if name.get("name") == _PRINT_AREA:
            name.getparent().remove(name)
    for names in list(workbook.iterfind(f"{_MAIN}definedNames")):
        if not len(names):
            workbook.remove(names)
    return workbook
