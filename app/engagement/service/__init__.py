"""Writes of engagement, one file a use case."""
