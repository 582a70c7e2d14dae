"""Everything asked of a firm or done with it: requests, visits and calls, the burden count.

Owns `firm_request`, `visit`, `visit_round` and `visit_stop`. Every request is counted by firm and department; one for what is
on file, or was asked for within the set period, needs a reason.
"""
