"""What pages of both doors show: chrome, timeline, documents, assets."""
