"""The shape of a sheet: where its head stands, which rows below it are data, and what merged cells hold.

It knows nothing about registers: who asks hands in how many texts are heads that somebody knows. Everything is read in one
pass from the top, so that a sheet of a million rows takes no more memory than one of ten.
"""

from app.enterprises.imports.shapes.body import BodyRow, body_rows, left_out
from app.enterprises.imports.shapes.head import ColumnHeading, SheetHead, read_head
from app.enterprises.imports.shapes.row_kinds import RowKind

__all__ = ["BodyRow", "ColumnHeading", "RowKind", "SheetHead", "body_rows", "left_out", "read_head"]
