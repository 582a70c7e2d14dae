"""Writing the register: one function per use case; each change is one event of the firm."""
