"""Notices: declared once, made from the journal after commit, delivered through channels, once per recipient, subject and period.

Owns `notice`, `notice_delivery`, `notice_preference` and `calendar_feed`. A notice is a row before anything is sent; a run that
is repeated or dies half-way delivers each one once in effect.
"""
