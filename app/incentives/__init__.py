"""Incentives: schemes as dated data, who may enjoy them, and each step from recommendation to payment.

Owns the tables incentive_scheme_version, incentive, incentive_step, incentive_budget, clawback_review and past_award.
Invariants: an amount nobody published stays empty; one incentive per firm, scheme and triggering fact;
steps follow their order, each with who and when; every estimate says that the authority decides.
"""
