"""Taking an import back: what it created goes, what it changed returns, what somebody touched since stays and is named.

There is no second history: every event of an import names it, so that the journal says what stood before. Owns `import_leftover`.
Each batch of firms is decided and written in one transaction with its events, its leftovers, its counts and the checkpoint.
"""
