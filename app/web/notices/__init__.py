"""Inbox, deliveries, messages to many, the calendar feed."""
