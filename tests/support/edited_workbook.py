"""A workbook edited in place as a spreadsheet program would: some cells say something else, everything else stays."""

import re
import zipfile
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from app.kit.tabular import open_table

Edits = Mapping[tuple[int, str], str]
"""What cells say now, by the row (1 is the first below the head) and the head of the column."""


def edit_cells(path: Path, edits: Edits, *, without: Iterable[int] = (), sheet: int = 1) -> None:
    """Write the cells; take the rows `without` away."""
    head = next(iter(open_table(path).sheets[sheet - 1].rows())).cells
    name = f"xl/worksheets/sheet{sheet}.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    text = parts[name].decode()
    for (row, column), value in edits.items():
        text = _with_cell(text, row + 1, head.index(column), value)
    for row in without:
        text = re.sub(rf'<row r="{row + 1}"[^>]*>.*?</row>', "", text, count=1)
    parts[name] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)


def _with_cell(text: str, row: int, place: int, value: str) -> str:
    letters = chr(ord("A") + place) if place < 26 else "A" + chr(ord("A") + place - 26)
    cell = f'<c r="{letters}{row}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
    found = re.search(rf'(<row r="{row}"[^>]*>)(.*?)(</row>)', text)
    if found is None:
        return text.replace("</sheetData>", f'<row r="{row}">{cell}</row></sheetData>')
    others = re.findall(r"<c [^>]*?(?:/>|>.*?</c>)", found[2])
    kept = [each for each in others if f' r="{letters}{row}"' not in each]
    places = sorted([*kept, cell] if cell else kept, key=_place)
    return text[: found.start()] + found[1] + "".join(places) + found[3] + text[found.end() :]


def _place(cell: str) -> tuple[int, str]:
    found = re.search(r' r="([A-Z]+)', cell)
    assert found
    return len(found[1]), found[1]
