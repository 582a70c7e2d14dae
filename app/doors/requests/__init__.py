"""What comes in: who may be inside at once, session, tokens of forms, limits, streams."""
