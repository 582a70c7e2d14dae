"""Pages of imports: upload, mapping, preview, rows that wait."""
