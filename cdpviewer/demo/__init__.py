"""`make demo`: this program with a sandbox beside it."""
