"""Applications of earlier years, from a bureau's own ledgers: what was applied for, when, and how it ended.

Owns the table past_case. History only: no step, right, certificate or verdict follows from it. A case needs a version of its programme in
force and lives by its steps; these were decided before the bureau worked here.
"""
