"""Pages of the exchange: partners, batches, receipts, reconciliation, dictionary, clients."""
