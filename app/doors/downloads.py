"""Handing a table to the browser as a file."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from urllib.parse import quote

from starlette.responses import Response

from app.kit.tabular.writing import write_csv, write_xlsx

TableFormat = Literal["xlsx", "csv"]
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def download_table(name: str, extension: TableFormat, rows: Iterable[Sequence[Any]], header: Sequence[str]) -> Response:
    """The rows as `name`.xlsx or `name`.csv, formula-safe; for lists that fit into memory."""
    body = write_xlsx(rows, header) if extension == "xlsx" else b"".join(write_csv(rows, header))
    filename = quote(f"{name}.{extension}")
    return Response(
        body,
        media_type=_TYPES[extension],
        headers={"content-disposition": f"attachment; filename*=UTF-8''{filename}", "cache-control": "no-store"},
    )
