"""The pre-flight: what would block a record at the partner, and what is advisable, before anything leaves. Pure but for the reading of records."""
