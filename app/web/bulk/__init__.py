"""Many cases or firms at once: what can be chosen, the preview, the report."""
