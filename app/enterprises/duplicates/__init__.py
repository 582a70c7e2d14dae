"""Duplicates: one firm that stands in the register twice, found by comparing names, codes and facts.

Owns `duplicate_pair`. `domain` compares two records and says how likely they are one firm, and why; it reads no database.
A score of 0.5 and above is shown as a duplicate; what an officer has decided about a pair is remembered until its facts change.
"""
