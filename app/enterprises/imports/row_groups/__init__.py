"""Rows of an import that wait for the same reason: counted together, decided together by one order or before the import begins.

Owns no table: a row's `main_reason` groups it, its decision is the one that is made row by row elsewhere. What must be looked at
row by row is never taken for many, and a kind of which each pair must be seen only for so many as were shown.
"""
