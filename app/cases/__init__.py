"""Casework: one enterprise in one programme, from the first call to the certificate.

Owns `case_file`, `case_series`, `case_stage_entry`, `case_marker`, `milestone` and `class_two_use`. Every
step is an action of the case's own programme version; every use case writes exactly one journal event.
"""
