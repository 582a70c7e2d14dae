"""Rules as data: dated policies, the facts they need, and verdicts with reasons about what is known and what is not.

Purpose: read policy files strictly, decide met / unmet / unknown exactly, explain every clause, keep verdicts.
Tables owned: policy_version, fact_definition, fact_statement, policy_setting, stored_verdict, verdict_override.
Invariants: a published version never changes; unknown is not no; no threshold stands in code; arithmetic is exact.
"""
