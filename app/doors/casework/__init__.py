"""What the pages of a case build alike at both doors, for officers and for firms."""
