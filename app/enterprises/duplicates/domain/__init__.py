"""Whether two records are one firm: spelling, parts of a name, evidence, and what is worth comparing at all."""
