"""Use cases: scheme versions and amounts in `versions`, the steps of an incentive in `steps`."""
