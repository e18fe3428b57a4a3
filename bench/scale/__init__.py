"""A company of 500 agents on two servers, measured: `python -m bench.scale`."""
