"""The files transport: a hand-over as a workbook in the partner's column order with a cover list to stamp; their answer workbook read back as receipts."""
