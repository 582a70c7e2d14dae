"""Writes of supervision and of the rating of the service, one file a use case."""
