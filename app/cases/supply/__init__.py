"""What is supplied to a case: materials out of the firm's vault, answers to the form, corrections item by item.

Owns `case_material`, `case_answer` and `case_correction`. A material points to a document of the firm and never copies it;
a draft is kept from the first keystroke that reached the server and counts only once it is handed in.
"""
