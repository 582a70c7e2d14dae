"""The pre-flight: what would block a record at the partner, and what is advisable, before anything leaves.

Purpose: says of each record, seen through the partner's definition, what is missing, unknown there or too long, what is doubtful about its
firm, and where it is mended. Tables owned: none. Invariants: it changes nothing; it looks at values as they are kept, before encoding.
"""
