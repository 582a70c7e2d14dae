"""Stored documents: what was uploaded, by whom, when, and what it really is.

Owns `stored_file`. The bytes lie under the data directory by their SHA-256 and are written before the row is;
a row never points at bytes that are not there. The kind is judged by content; programs and scripts are refused.
Nothing is overwritten: another version is another row.
"""
