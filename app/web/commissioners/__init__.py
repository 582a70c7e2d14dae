"""Pages of commissioners and their agreements."""
