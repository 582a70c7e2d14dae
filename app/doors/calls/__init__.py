"""From an address to its route: the call, what guards a route, how routes are found, how errors answer."""
