"""What the three doors share: the signed-in actor, the guarded router, error rendering, page chrome.

Purpose: turn HTTP into calls of the same services, whoever calls.
Tables owned: none.
Invariants: every route names its action; every form carries a CSRF token; a writing request commits before it answers.
"""
