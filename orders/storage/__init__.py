"""The answer cache, and database tools for pages."""
