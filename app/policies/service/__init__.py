"""Use cases of the policies: applying them to a firm, keeping verdicts, stating facts."""
