"""Decisions of partners on cases: what was decided outside is entered as a step of the case.

Purpose: a decision (`requested`, `accepted`, `rejected`) becomes the step that the partner's definition names for the stage, on the day of
the decision, by the partner as actor. Tables owned: none. Invariants: what cannot be entered as it stands changes nothing and stays for the officer.
"""
