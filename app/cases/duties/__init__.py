"""Duties of a case: quarterly figures, yearly reports, gradings, reminders to renew; during the case and after its end.

Owns `case_duty`. Duties are made by entering a stage, from the version the case keeps; they outlive the case.
"""
