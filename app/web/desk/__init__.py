"""The day's work: to-dos, the section's load, hand-over, supervision, ratings."""
