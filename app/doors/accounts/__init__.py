"""Coming in, and the people of a firm: what the pages of both doors do alike."""
