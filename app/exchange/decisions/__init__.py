"""Decisions of the outside: requested, accepted, rejected. A partner's decision takes the step of the case that the mapping names."""
