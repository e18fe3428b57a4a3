"""Django's SQLite backend for a server whose pages share one thread."""
