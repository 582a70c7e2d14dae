"""What machines' calls have of their own: token, signature, strict JSON, problems."""
