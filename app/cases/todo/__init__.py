"""What there is to do today, read from how things stand: nothing is stored, so nothing is forgotten or left over.

A provider tells where one kind of to-do is found; the port merges all of them by their day, page by page. Slices above
bring providers of their own. Owns no table.
"""
