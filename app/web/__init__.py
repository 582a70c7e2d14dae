"""The bureau's door: pages for officers.

Purpose: thin routes and page builders, one module per slice; business stays in the slices.
Tables owned: none.
Invariants: every module offers `router` (a GuardedRouter); routes call services and queries, never SQL.
"""

#: Modules of this door, in the order their routes are tried.
MODULES = (
    "sign_in",
    "desk",
    "search",
    "imports",
    "import_rows",
    "portal_users",
    "enterprises",
    "enterprise_suggest",
    "enterprise_forms",
    "enterprise_code",
    "enterprise_tags",
    "enterprise_parts",
    "enterprise_figures",
    "enterprise_rights",
    "enterprise_record",
    "cases",
    "case_board",
    "case_opening",
    "case_record",
    "case_changes",
    "programmes",
    "policy_settings",
    "policy_diff",
    "policy_publishing",
    "whatif",
    "sweeps",
    "sweep_cases",
    "policies",
    "try_out",
    "verdicts",
    "stored_verdicts",
    "commissioners",
    "agreements",
    "incentive_amounts",
    "incentive_schemes",
    "incentives",
    "incentive_estimates",
    "incentive_records",
    "targets",
    "exchange",
    "system",
    "journal",
    "jobs",
    "dev",
)
