"""What is told, to whom, through which channel and when: pure decisions."""
