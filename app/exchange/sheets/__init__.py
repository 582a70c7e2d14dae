"""Hand-overs as files: the workbook in the partner's column order, the cover list to be stamped, the answer read back as receipts.

Owns no table. Invariants: a record carries its idempotency key in every sheet, so that an answer is matched wherever its row or
column stands; codes are text, nothing is a formula; an answer is shown row by row before it is registered, and the same file
registers nothing twice.
"""
