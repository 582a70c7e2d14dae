"""Hand-overs: batches of records for one partner, frozen with a manifest; what became of each record; what they have of us.

Owns `handover`, `handover_item`, `partner_record`, `receipt`. Invariants: a record's versions reach a partner in rising order, one at a
time; a version has one idempotency key for ever; a receipt changes an item once; an unknown or repeated one changes nothing and is kept.
The transports (`sending`, `sheets`) carry what lies here and bring receipts back; neither decides anything.
"""
