"""The firm's home, conditions, requests, self-check, record and notices."""
