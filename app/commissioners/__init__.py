"""Science commissioners: experts and the agreements under which they serve enterprises.

Owns the tables commissioner, commissioner_programme and service_agreement.
Invariants: one person, many agreements; no two overlapping agreements of the same person, enterprise and programme;
an agreement never ends before it begins; which plan count a programme belongs to is data, never code.
"""
