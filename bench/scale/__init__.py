"""Measurements of a company with two servers: `python -m bench.scale`."""
