"""`make demo`: this program with a sandbox CDP."""
