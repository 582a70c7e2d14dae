"""Sweeps: every firm of a region under every policy about firms, as of a day, kept line by line.

Owns `sweep` and `sweep_line` (in `app.policies.models`). Invariants: the policy versions are fixed when a sweep starts;
a batch of firms and its checkpoint are committed together; lines never change after the sweep has finished.
"""
