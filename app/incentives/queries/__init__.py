"""Reads: schemes in `schemes`, who is entitled and by which fact in `entitlements`, incentives on file in `awards`."""
