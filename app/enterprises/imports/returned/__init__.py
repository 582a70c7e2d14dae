"""What comes back: an exported list that was edited, cell by cell against what stood there, and rows that were handed out to be corrected."""
