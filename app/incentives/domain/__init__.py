"""Pure knowledge of incentives: what a scheme says, and the steps from recommendation to payment."""
