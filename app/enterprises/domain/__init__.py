"""Pure decisions about firms: codes, names, places, sizes, figures, search tokens."""
