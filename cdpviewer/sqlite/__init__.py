"""Django's SQLite backend, adapted to a server whose pages share one thread."""
