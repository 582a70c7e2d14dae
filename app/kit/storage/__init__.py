"""Where the bytes of files are kept, and what is looked for in them."""
