"""Pages of sweeps of the register."""
