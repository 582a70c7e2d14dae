"""Where each resource's values come from: one source per resource, with its one scope.

A source names our values as SQL columns; the mapping of `seeds/exchange/` picks and renames them.
"""
