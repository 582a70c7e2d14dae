"""What casework tells people: topics with their texts, from the journal's events and from the day's deadlines.

Owns no tables. Notices are made after commit by `app/notices`; nothing here is called by a use case.
"""
