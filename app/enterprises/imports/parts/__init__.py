"""Contacts, certificates, rights, products, conversions, standards, events and tags from the sheets that a bureau brings."""
