"""Sending: follows the journal for each partner, carries hand-overs over HTTP, polls receipts. Owns no table of its own.

Nothing here runs inside a page's transaction. Calls are made under a lease with timeouts, one parcel at a time and partner; what is not
known to have arrived is sent again with the same keys. A process that dies anywhere leaves rows from which the next one goes on.
"""
