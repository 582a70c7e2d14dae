"""A backup is one archive that either database can be restored from.

It holds every row of every table as it was at one instant, every stored file, and a manifest with the counts and
checksums of both. Owns no table. What is restored is compared with the archive, row by row and file by file, before
anything is committed.
"""
