"""Background work: one row a job, claimed with a lease, resumed from its checkpoint after a crash, with a result kept.

Owns `job`. Invariants: a job is run by one worker at a time; a batch commits only while its worker holds the lease, and
commits its checkpoint with it, so that nothing acknowledged is lost and nothing is done twice. The same functions run
in the server's worker thread and in the foreground of a command.
"""
