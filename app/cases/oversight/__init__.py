"""How work is watched over: 督办 with a deadline and an answer, and what firms say of the service (好差评).

Owns `case_supervision` and `service_rating`.
"""
