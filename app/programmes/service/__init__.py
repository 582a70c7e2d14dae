"""The bureau's own part of the catalogue, one file a use case: rounds, and what a programme leaves open."""
