"""The formula language: from a policy file's text to an immutable tree, and what its values are."""
