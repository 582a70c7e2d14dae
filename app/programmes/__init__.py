"""The programme catalogue: procedures (stages, actions, milestones, rounds) as dated, cited data.

Owns `programme_version` and `programme_round`. A published version never changes; a correction is a new
version (`.rN`) that names the one it supersedes. No other code knows the name of a stage.
"""
