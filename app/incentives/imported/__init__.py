"""Awards of the past from the payment lists that a bureau brings."""
