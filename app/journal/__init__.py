"""The one journal: what changed, who did it, when, from what to what.

Purpose: append-only events, written in the transaction of the change; timelines, audit and the feed read them.
Tables owned: journal_event, journal_head, journal_private.
Invariants: positions are gapless in commit order; each event's hash covers the one before it; nothing is updated.
Personal values lie in journal_private; the chain covers only their hash, so a lawful deletion breaks nothing.
"""
