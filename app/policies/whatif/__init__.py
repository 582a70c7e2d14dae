"""What a changed rule, or other figures, would do to the firms of a region; nothing is kept.

Purpose: a scenario (other numbers of a version, settings, growth of the latest year's figures) against the register.
Tables owned: none.
Invariants: before and after are decided by the same interpreter over the same columns; nothing is written.
"""
