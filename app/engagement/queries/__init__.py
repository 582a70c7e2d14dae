"""Reads of engagement: requests, visits and calls, rounds."""
