"""Targets: the yearly plan as data, and its headline numbers counted live.

Owns the tables plan, plan_item and indicator_value.
Invariants: a published plan never changes, a correction is a revision of its own, and the newest one counts; a plan item carries the clause it comes from; a comparison is the one the plan words (突破 is >, 以上 is ≥);
a number is the count of the very rows it opens.
"""
