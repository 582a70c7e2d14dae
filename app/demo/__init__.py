"""Fictional data for trying out, for demonstrations and for measuring.

Purpose: firms that do not exist, with figures, rights, cases, experts and incentives, journal chain included.
Tables owned: none; everything is written as the slices themselves would.
Invariants: every firm's name ends in （示例） and its code stands on the unassigned region 429099.
"""
