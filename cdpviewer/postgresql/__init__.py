"""Django's PostgreSQL backend, with limits on how long pages wait for the database."""
