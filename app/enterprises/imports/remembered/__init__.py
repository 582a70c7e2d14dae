"""What an office once chose for a sheet of some headings, used again for the next file of the same headings.

Table: `import_mapping`. Kept by kind of import, headings and office; the last choice holds, with who and when. Nothing of the rows is
kept. A unit holds only while the file says of it what it said then; taking an import back forgets nothing.
"""
