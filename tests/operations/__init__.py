"""The server as operators run it: its counters, what it sends, and what it leaves behind."""
