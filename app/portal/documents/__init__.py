"""The firm's own evidence vault."""
