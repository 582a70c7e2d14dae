"""The use cases of casework, one file each; every one locks the case, decides, writes, and records one event."""
