"""What leaves a case on paper: dossier, recommendation letter, summary table, from templates that the bureau can edit.

Owns `paper_template`. Shipped templates lie in `seeds/papers/`; one that the bureau uploads takes its place from then on.
"""
