"""What all pages of the portal share: the own firm, plain words."""
