"""Pure decisions about supervision and the rating of the service."""
