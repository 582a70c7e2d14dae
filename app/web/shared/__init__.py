"""What pages of several slices show alike."""
