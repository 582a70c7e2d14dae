"""The firm's cases: where each stands, what is needed, corrections, duties, steps."""
