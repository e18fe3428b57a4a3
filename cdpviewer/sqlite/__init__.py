"""Django's backend for SQLite, for a server whose pages share one thread."""
