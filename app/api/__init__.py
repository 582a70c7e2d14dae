"""The machines' door: API v1 for the provincial system.

Purpose: thin routes over the same services and scopes as the pages.
Tables owned: none.
Invariants: answers and errors keep the shapes of the published OpenAPI document; v1 only grows.
"""
