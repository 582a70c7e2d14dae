"""Quantities as sums over facts: what the fast interpreters work on."""
