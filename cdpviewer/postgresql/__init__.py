"""Django's backend for PostgreSQL, for pages that would rather fail in time than wait."""
