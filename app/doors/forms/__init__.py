"""Forms of pages: bound inputs, questions about facts and fields, edits of two people merged."""
