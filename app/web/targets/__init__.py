"""Pages of the plan's targets."""
