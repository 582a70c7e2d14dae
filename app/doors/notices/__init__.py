"""Notices as officers and firms both read and set them."""
