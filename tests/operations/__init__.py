"""The server as operators run it: what it counts, sends and leaves behind."""
