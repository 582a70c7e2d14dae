"""Pure knowledge of a programme: its definition, the checks a file must pass, due dates and the diagram."""
