"""Blocks that are pasted from a spreadsheet: their cells, and the sheet that an import reads of them."""
