"""The enterprises' door: where we stand, what is needed, by when; and the public status look-up.

Purpose: thin routes and page builders in plain words, phone first.
Tables owned: none.
Invariants: an enterprise user reaches strictly the own enterprise; strangers reach only public routes.
"""

#: Modules of this door, in the order their routes are tried.
MODULES = (
    "accounts",
    "corrections",
    "documents",
    "duties",
    "form",
    "home",
    "materials",
    "notices",
    "people",
    "password",
    "ratings",
    "renewing",
    "requests",
    "self_check",
    "status",
    "steps",
    "timeline",
)
