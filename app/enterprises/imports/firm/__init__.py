"""Firms in an import: reading, finding and taking in the firms that rows are about, and whether their names fit their codes."""
