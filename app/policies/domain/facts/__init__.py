"""The catalogue of facts, and what is known of them about one subject or in columns about many."""
