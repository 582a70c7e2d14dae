"""Firms that a row of an import may mean which only has a name, and no firm on file bears exactly that one name.

Owns `known_name`, the ways in which an office's lists write a firm, and fills `import_row.proposals`. A proposal is never taken by
itself: a person chooses the firm, one row at a time or many whose pairs were all shown.
"""
