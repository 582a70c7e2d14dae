"""What people do with notices."""
