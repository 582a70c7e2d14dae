"""What a reconciliation found: its runs and their lines, on which hand-overs draw. Owns `reconciliation`, `reconciliation_line`."""
