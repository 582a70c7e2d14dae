"""The form of a case, one section at a time."""
