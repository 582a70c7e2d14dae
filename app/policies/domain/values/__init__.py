"""What is known of one value, exactly or within bounds, and the units that values are in."""
