"""Tables in and out: CSV, Excel and OpenDocument files read safely, CSV and XLSX written so that no cell becomes a formula.

Reading goes by content, never by the file's name; rows come as text, one by one, with the number a spreadsheet shows.
Writing loses nothing: numbers and days keep their kind; a dangerous cell is stored as text (XLSX) or behind an apostrophe
(CSV).
"""

from app.kit.tabular.merged import MergedRange
from app.kit.tabular.reader import Row, Sheet, Table, open_table
from app.kit.tabular.writer import write_csv, write_xlsx

__all__ = ["MergedRange", "Row", "Sheet", "Table", "open_table", "write_csv", "write_xlsx"]
