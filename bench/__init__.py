"""Benchmark of the order page against the upstream call alone and against peers: `python -m bench`."""
