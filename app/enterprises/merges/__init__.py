"""Two firms that are one become one record, and two again when that was wrong.

Owns `firm_merge` and `merge_entry`. A merge and its undo are one transaction each; `merge_entry` keeps every row that a merge wrote, before and
after, and the undo puts back exactly that. After a merge nothing names the firm that went but what tells of merges.
"""
