"""Pure decisions of the vault: which kinds of file it takes, and how a document stands on a day."""
