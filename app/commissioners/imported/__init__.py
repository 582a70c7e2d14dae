"""Experts and agreements from the sheets that a bureau brings: which columns they have, how a row reads, who takes it in."""
