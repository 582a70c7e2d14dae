"""What strangers may look up."""
