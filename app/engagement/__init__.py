"""Everything asked of a firm or done with it: requests, visits and calls, rounds of visits, the burden count.

Owns `firm_request`, `request_period`, `visit`, `visit_round` and `visit_stop`. Every request is one row, counted by firm and
department; one for what is on file, or was asked for within the set period, needs a reason. A visit is a request too.
"""
