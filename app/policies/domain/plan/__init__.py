"""The planner: what would have to change, at the least, and until when."""
