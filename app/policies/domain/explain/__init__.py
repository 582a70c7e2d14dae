"""The reference interpreter: every clause with its reason, the score item by item."""
