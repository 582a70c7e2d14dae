"""Signing in, users, clients, templates, journal, jobs, the working calendar, search."""
