"""Empty lists to download: the headers that are read without help, and one example row that is never taken in."""

from collections.abc import Sequence

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.fields import FIELDS, ImportField
from app.enterprises.imports.firm.reader import STATE_OF_DAY
from app.enterprises.imports.row_reader import EXAMPLE_USCC
from app.kit.tabular import write_csv, write_xlsx

_LISTED_IN_WAN = "（万元）"


def blank_list(kind: ImportKind, *, xlsx: bool) -> bytes:
    """The template for lists of `kind`, as XLSX or as CSV in UTF-8 with mark."""
    fields = [field for field in FIELDS[kind] if field.code not in STATE_OF_DAY]
    header = [_header(field) for field in fields]
    row: Sequence[str] = [_example(field) for field in fields]
    return write_xlsx([row], header) if xlsx else b"".join(write_csv([row], header))


def _header(field: ImportField) -> str:
    return field.headers[0] + (_LISTED_IN_WAN if field.has_unit else "")


def _example(field: ImportField) -> str:
    return EXAMPLE_USCC if field.code == "uscc" else field.example
