"""Dry runs (试读): what an import would do, found out by doing it in a copy of the database.

The very runner takes the file in, so that nothing is decided twice in two ways; the copy is thrown away.
"""
