"""What the order page costs, measured beside the upstream call alone and beside peers: `python -m bench`."""
