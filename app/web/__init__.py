"""The bureau's door: pages for officers.

Purpose: thin routes and page builders, one module per slice; business stays in the slices.
Tables owned: none.
Invariants: every module offers `router` (a GuardedRouter); routes call services and queries, never SQL.
"""
