"""Pages of programmes: versions, settings, rounds."""
