"""The same thing done to many cases: foreseen case by case by the rules that decide it, done as a job, reported row by row.

Owns no table: an order lies in its job. Invariants: every case goes through its usual use case with its own event; no
case is done twice, however often the job is interrupted; nothing is left out of the report.
"""
