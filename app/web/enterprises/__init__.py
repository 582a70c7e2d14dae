"""Pages of the register: list, record with its panels, forms of the firm and of what belongs to it."""
