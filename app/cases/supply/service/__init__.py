"""Writes of what is supplied to a case, one file a use case."""
