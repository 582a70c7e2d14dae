"""Commands of the `yumiao` tool, one module per slice; each offers `register(app)`."""
