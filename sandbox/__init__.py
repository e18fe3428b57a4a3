"""A stand-in for the Sitecore CDP that runs on loopback: `python -m sandbox`. It needs nothing but Python."""
