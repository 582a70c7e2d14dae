"""Partners: with whom we exchange, over which transport, by which keys, how they are doing. Owns `exchange_partner`, `partner_call`.

A partner is an institution with a record definition in `seeds/exchange/`; its connection is set here by an administrator. Keys
lie sealed. Its circuit breaker opens after failures in a row and closes with the first success.
"""
