"""Pages of policies: versions, settings, publishing, verdicts, trying out."""
