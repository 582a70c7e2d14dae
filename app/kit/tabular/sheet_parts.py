"""Which part of an XLSX holds which of its sheets."""

import posixpath
import zipfile
from collections.abc import Mapping
from pathlib import Path

from app.kit.tabular.archive_guard import damaged
from app.kit.tabular.ods_content import feed_parser, parser_of

_BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


def names_of_parts(path: Path) -> dict[str, str]:
    """The name of each sheet by its part, such as `xl/worksheets/sheet1.xml`. Raises Invalid when the workbook is damaged."""
    names, parts = dict[str, str](), dict[str, str]()

    def sheet(name: str, told: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet" and "name" in told:
            names[next((value for key, value in told.items() if key.endswith(":id")), "")] = told["name"]

    def relation(name: str, told: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship" and "Id" in told:
            parts[told["Id"]] = posixpath.normpath(posixpath.join("/xl", told.get("Target", ""))).lstrip("/")

    try:
        with zipfile.ZipFile(path) as archive:
            for part, start in ((_BOOK, sheet), (_RELATIONS, relation)):
                feed_parser(parser_of(start, lambda _name: None), archive.read(part))
    except (KeyError, zipfile.BadZipFile) as error:
        raise damaged() from error
    return {parts[key]: name for key, name in names.items() if key in parts}
