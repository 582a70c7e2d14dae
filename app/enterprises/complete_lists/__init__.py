"""Lists that are complete: on a day somebody says that a list has everybody in a region whom it concerns.

Tables: complete_list, complete_list_doubt. A firm of the region that is not on such a list is denied what the list tells;
never a firm that a row of the list names and that is not taken in, and never one whose place is not known (ADR 0017).
"""
