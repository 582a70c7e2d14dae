"""The sweeping interpreter: columns of subjects at once."""
