"""Reconciliation: what they have against what we have — same, different by field, only here, only there.

Their side comes from their list over HTTP or from a workbook; ours from the one record builder. A run is a job; its lines are kept (`comparison`),
exported, and what differs is queued for the next hand-over.
"""
