"""The compiled interpreter: one subject in microseconds."""
