"""Pure decisions of casework: opening, moving, milestones, rights, and what a case looks like from outside."""
