"""`yumiao export RESOURCE FILE`: a list as its page exports it."""

import os
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from app.commands.context import load_settings, open_database
from app.doors.calls.downloads import CountedRows, TableFile, TableFormat, foot_of, note_export, table_blocks
from app.doors.lists.columns import header_of
from app.doors.lists.export import export_name, exported_cells, exported_columns, origin_of
from app.doors.lists.view import ListView
from app.kit.actor import SYSTEM
from app.kit.clock import today, utc_now
from app.kit.db import Database, read_scope, session_scope
from app.kit.i18n import _, use_locale
from app.kit.lists.viewer import Viewer
from app.web.cases import list as cases
from app.web.cases import past_cases
from app.web.commissioners import list as commissioners
from app.web.commissioners import records as commissioner_records
from app.web.engagement import requests
from app.web.enterprises import list as enterprises
from app.web.enterprises import records as enterprise_records
from app.web.incentives import list as incentives

#: The lists that can be had, by the name of what they hold.
LISTS: dict[str, ListView[Any, Any, Any]] = {
    "enterprises": enterprises.LIST,
    "cases": cases.LIST,
    "past_cases": past_cases.LIST,
    "commissioners": commissioners.EXPORT,
    "incentives": incentives.LIST,
    "requests": requests.LIST,
    **enterprise_records.RECORDS,
    **commissioner_records.RECORDS,
}
_WRONG_USAGE = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    resource: Annotated[str, typer.Argument(help=f"which list: {', '.join(LISTS)}", show_default=False)],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="where to: FILE.xlsx or FILE.csv", show_default=False)],
) -> None:
    """Write a list, whole, as its page exports it with its usual columns."""
    extension = file.suffix.removeprefix(".").lower()
    if resource not in LISTS:
        raise _refused(_("没有名为“%(name)s”的列表，可选：%(names)s。") % {"name": resource, "names": "、".join(LISTS)})
    if extension not in get_args(TableFormat):
        raise _refused(_("文件名应以 .xlsx 或 .csv 结尾。"))
    settings = load_settings()
    with open_database(settings) as database, use_locale("zh"):
        count = write_list(database, resource, file, "csv" if extension == "csv" else "xlsx")
        typer.echo(_("共 %(n)s 行") % {"n": count})


def _refused(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(_WRONG_USAGE)


def write_list(database: Database, resource: str, file: Path, extension: TableFormat) -> int:
    """Write the file and note it; what breaks off leaves no file behind."""
    view, now = LISTS[resource], utc_now()
    part = file.with_name(f".{file.name}.part")
    try:
        with read_scope(database) as session, part.open("wb") as out:
            viewer, query = Viewer(session, SYSTEM, today(now)), view.query()
            name, conditions = export_name(view, viewer), view.conditions(query, viewer)
            table = TableFile(header_of(exported_columns(view, query)), conditions, origin_of(view, query, viewer))
            rows = CountedRows(exported_cells(view, query, viewer))
            out.writelines(table_blocks(name, extension, rows, table, foot_of(SYSTEM.name, conditions, now)))
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    with session_scope(database) as session:
        data = {"rows": rows.count, "format": extension, "filter": "", "complete": True}
        note_export(session, SYSTEM, "/" + resource, name, data)
    return rows.count
