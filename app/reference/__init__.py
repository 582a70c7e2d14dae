"""Reference: the code tables every other slice speaks in, and the working-day calendar.

Owns `industry`, `region`, `technical_field`, `park`, `term` and `calendar_override`. Rows come from `seeds/reference/`
through an idempotent loader; a code once published is never reused for something else, it is retired with
`disabled_on`. Every table carries the edition of the standard it was taken from.
"""
