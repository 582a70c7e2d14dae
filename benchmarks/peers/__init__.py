"""The certification rules (Article 11 and the 100-point score), written by other means for comparison."""
