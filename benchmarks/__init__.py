"""Performance, measured as ratios against a limit in the same run: `.venv/bin/python -m benchmarks --help`."""
