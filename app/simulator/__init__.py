"""The province simulator: a partner that speaks docs/exchange.md, in a process and a SQLite database of its own.

It is for trying out, for demos and for tests: it fails on demand, in every way a partner can. It shares nothing with Yumiao but the
signatures (`exchange.signatures`) and `kit`; record definitions are handed to it as JSON Schemas. Invariants: what it stores is committed
before it answers or hangs up; a version of a record takes effect once; the versions of one record only rise.
"""
