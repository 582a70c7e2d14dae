"""The pure part of the policies: knowledge, facts, the formula language, its tree and the tree's interpreters."""
