"""Business-free tools that every slice stands on.

Purpose: database, errors, actor, permissions, clock, money, paging, language, templates.
Tables owned: none.
Invariants: nothing here knows what an enterprise or a case is; only `kit.db` commits; only `kit.clock` reads the clock.
"""
