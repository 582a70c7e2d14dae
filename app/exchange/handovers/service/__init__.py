"""Hand-overs: `preparing` (freezing into a batch), `steering` (release, cancel, retry), `receiving` (receipts), `following` (the journal), `settling`."""
