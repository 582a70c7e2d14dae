"""Yearly figures in an import: reading them, taking them in, and jumps between years that speak of a wrong unit."""
