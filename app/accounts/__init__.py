"""Who may come in: officers, enterprise users, machine clients; their sign-in sessions and roles.

Purpose: credentials, sessions, invitations, lockout and throttles; turns a cookie or a token into an `Actor`.
Tables owned: officer, enterprise_user, invitation, machine_client, sign_in_session, attempt, used_form, rate_bucket.
Invariants: passwords are kept as argon2 hashes, all other secrets as SHA-256 of random values; none can be read back.
An account is disabled, never deleted; a disabled account's sessions and tokens stop at once.
"""
