"""Pages of incentives: entitlements, schemes, budgets, payments."""
