"""Lists of firms and of their yearly figures, taken in from CSV and Excel files.

Owns `import_run` and `import_row`. A batch of rows, their journal events and the checkpoint commit together, so a kill
loses nothing acknowledged and leaves no half row. A code whose check character does not fit waits for a person; a field
edited here is never overwritten unasked; every row of a file has one outcome, and every count opens its rows.
"""
