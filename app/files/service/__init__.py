"""Writes of the vault, one file a use case."""
